import ArgumentParser

@main struct Reflux: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflux",
    abstract: "Fine-tunes small language models by self-distillation from the previous mini-batch.",
    discussion: "A recipe says what is trained; 'reflux list' says what recipes can name.",
    version: "0.1.0",
    subcommands: [
      Quickstart.self, Train.self, Check.self, Evaluate.self, Predict.self, Generate.self, Score.self, Convert.self,
      Merge.self, Tokenize.self, Download.self, List.self, Describe.self, Doctor.self,
    ])

  /// Runs the command and turns whatever goes wrong into a message and an exit code.
  static func main() {
    var command: any ParsableCommand
    do { command = try parseAsRoot() } catch { Failure(parsing: error, as: Self.self).exit() }
    do { try command.run() } catch {
      // Help that was asked for is thrown like an error.
      if exitCode(for: error) == .success || error is ValidationError { Failure(parsing: error, as: Self.self).exit() }
      Failure(error).exit()
    }
  }
}
