import ArgumentParser
import RefluxTrain

@main struct Reflux: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflux", abstract: "Fine-tunes small language models by distillation.")
}
