import ArgumentParser
import Foundation
import RefluxCore
import RefluxTrain

/// How a command ends that did not do what it was asked to: a message on standard error and an exit code.
struct Failure: Error {
  /// 0: done; 1: the run failed; 2: the recipe or the command line is wrong; 130: stopped by the user.
  enum Code: Int32 { case done = 0, failed = 1, usage = 2, interrupted = 130 }

  let message: String
  let code: Code
  /// Help that was asked for is not an error and goes to standard output.
  var isAnswer = false

  init(_ message: String, _ code: Code) { (self.message, self.code) = (message, code) }

  init(_ error: any Error, in command: any ParsableCommand.Type) {
    switch error {
    case let failure as Failure:
      self = failure
    case let error as RecipeError:
      self.init(error.description, .usage)
    case let error as CustomStringConvertible where !(error is ExitCode) && !Self.isParserError(error):
      self.init("error: \(Self.plain(error as any Error) ?? error.description)", .failed)
    default:
      let exit = command.exitCode(for: error)
      let message = command.fullMessage(for: error)
      self.init(Self.lowerCasedError(message), exit == .success ? .done : exit == .validationFailure ? .usage : .failed)
      isAnswer = exit == .success
    }
  }

  /// Ends the program.
  func exit() -> Never {
    if !message.isEmpty {
      let file = isAnswer ? FileHandle.standardOutput : FileHandle.standardError
      try? file.write(contentsOf: Data((message.hasSuffix("\n") ? message : message + "\n").utf8))
    }
    Foundation.exit(code.rawValue)
  }
}
