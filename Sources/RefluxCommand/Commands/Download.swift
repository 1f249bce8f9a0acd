import ArgumentParser
import RefluxHub
import RefluxIO

struct Download: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetches models from the Hugging Face hub into its cache.",
    discussion: """
      A model's configuration, weights and tokenizer are fetched (--include fetches other files), unless they are in the \
      cache, which is that of Hugging Face's own library. Prints each model's directory; recipes and --model take the \
      name as well. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean there.
      """)

  @Argument(help: "Models: bert-base-uncased, org/name, org/name@revision.") var names: [String]
  @Option(help: "A branch, a tag or a commit, for names without one. Default: main.") var revision: String?
  @Option(help: "Only files that match this pattern, such as '*.json'; may be given several times.")
  var include: [String] = []
  @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let models = try names.map { name in
      guard let written = HubModelName(name),
        let model = name.contains("@") ? written : HubModelName("\(name)@\(revision ?? "main")")
      else {
        throw Failure(
          "error: '\(name)' is not the name of a model, such as bert-base-uncased or org/name@revision", .usage)
      }
      return model
    }
    let access = HubAccess(quiet: quiet)
    let directories = try models.map { try access.hub.download($0, matching: include) }
    guard json else { return try directories.forEach { try Output.print($0) } }
    try Output.print(
      .array(
        zip(models, directories).map { model, directory in
          ["model": .string(model.repository), "revision": .string(model.revision), "directory": .string(directory)]
        }))
  }
}
