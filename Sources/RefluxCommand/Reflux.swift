import ArgumentParser

@main struct Reflux: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflux",
    abstract: "Fine-tunes small language models by self-distillation from the previous mini-batch.",
    discussion: "Recipes say what is trained; `reflux list` says what they can name.",
    subcommands: [Check.self, List.self, Describe.self])

  /// Runs the command and turns whatever goes wrong into a message and an exit code.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Failure(error, in: Self.self).exit()
    }
  }
}
