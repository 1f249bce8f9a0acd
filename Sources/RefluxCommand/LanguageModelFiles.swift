import ArgumentParser
import RefluxCore
import RefluxTrain

/// A language model on disk.
struct LanguageModelFiles: ParsableArguments {
  @Option(help: "A model directory, a run directory, or a model of the hub.", completion: .directory) var model: String

  @Option(help: "An adapter directory that was trained beside the model.", completion: .directory) var adapter: String?

  func load(on backend: any Backend) throws -> SavedModel {
    let saved = try SavedModel(
      model, adapter: adapter, registry: try BuiltIn.registry(), on: backend, checkpoints: HubAccess().finder)
    guard saved.model.card.family == .decoder else {
      throw Failure("error: \(saved.directory) is an encoder; its answers come from reflux predict", .failed)
    }
    for note in saved.model.card.notes { try Output.remark("note: \(note)") }
    return saved
  }
}
