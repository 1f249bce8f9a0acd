import RefluxCore
import RefluxIO

/// LoRA (Hu et al., 2021): linear maps stay as they are and learn an update of low rank, `W x + alpha / rank · B A x`.
struct LoRA: ModelAdapter {
  static let name = "lora"
  static let summary = "Updates of low rank beside frozen linear maps (Hu et al., 2021); files as in PEFT."

  private let configuration: LoRAConfiguration
  /// Where the adapter was trained before, if it was.
  private let stored: AdapterDirectory?

  init(_ options: LoRAOptions, _ context: inout BuildContext) throws {
    stored = try options.checkpoint.map { AdapterDirectory(try context.checkpoint($0)) }
    configuration = try stored.map { try LoRAConfiguration($0.configuration()) } ?? LoRAConfiguration(options)
    context.configuration = stored?.modelConfiguration
    context.keepsStoredTypes = true
  }

  func adapting(_ model: any Model, _ context: BuildContext) throws -> any Model {
    guard model.card.checkpoint != nil else {
      throw RecipeError("an adapter needs a model with a checkpoint: all weights but its own are frozen")
    }
    return try adapted(model, context)
  }

  private func adapted(_ model: some Model, _ context: BuildContext) throws -> any Model {
    if let stored {
      return try LoRAModel(model, configuration, StoredAdapter(stored, on: context.backend))
    }
    return try LoRAModel(model, configuration, seed: context.seed, on: context.backend)
  }
}
