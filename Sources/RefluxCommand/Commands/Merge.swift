import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds an adapter to the weights of its model.",
    discussion: """
      The result is a model directory like any other: it needs neither the adapter nor its library, and answers as the \
      two did together.
      """)

  @Option(
    help: "An adapter directory, a run directory, or with --adapter the model underneath.", completion: .directory)
  var model: String
  @Option(help: "An adapter directory; --model is the model that it belongs to.", completion: .directory)
  var adapter: String?
  @Option(help: "The model directory to write.", completion: .directory) var output: String
  @OptionGroup var device: DeviceOptions

  func run() throws {
    guard !Directory.isTaken(output) else {
      throw Failure("error: there is something called \(output) already", .usage)
    }
    let saved = try SavedModel(
      model, adapter: adapter, registry: try BuiltIn.registry(), on: device.backend(), needsHead: false,
      checkpoints: HubAccess().finder)
    guard let adapted = saved.model as? any AdaptedModel else {
      throw Failure("error: \(saved.directory) is a model and not an adapter; there is nothing to merge", .usage)
    }
    try Directory.write(output) { directory in
      try adapted.merged.save(to: directory)
      try saved.tokenizer?.save(to: directory)
    }
    try Output.print("merged: \(output)")
  }
}
