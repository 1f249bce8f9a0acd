import RefluxCore
import RefluxIO

/// Whichever model a checkpoint holds.
struct AutoModel: StandIn {
  static let name = "auto"
  static let summary = "The model that the checkpoint's config.json names; takes that model's options too."
  struct Options: ComponentOptions {
    @Option("A directory with config.json and weights, or a name on the hub.") var checkpoint: String
  }

  private let fields: JSONFields

  init(_ options: Options, _ context: inout BuildContext) throws {
    fields = try ModelDirectory(context.checkpoint(options.checkpoint)).configuration()
  }

  func choice(among names: [String]) throws -> String {
    let type = try fields.required("model_type", fields.string)
    guard names.contains(type) else {
      throw FileError(fields.path, "no model is called '\(type)'; there are: \(names.joined(separator: ", "))")
    }
    return type
  }
}
