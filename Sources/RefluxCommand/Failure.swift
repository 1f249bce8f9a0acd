import ArgumentParser
import Foundation
import RefluxCore

/// How a command ends that did not do what it was asked to: a message on standard error and an exit code.
struct Failure: Error {
  enum Code: Int32 {
    case done = 0
    /// The work could not be done.
    case failed = 1
    /// The recipe or the command line is wrong.
    case usage = 2
    /// Stopped by the user (128 + SIGINT).
    case interrupted = 130
  }

  let message: String
  let code: Code

  init(_ message: String, _ code: Code) { (self.message, self.code) = (message, code) }

  /// - Parameter error: Whatever a command threw while it ran.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as RecipeError: self.init(error.description, .usage)
    default: self.init("error: \(Self.text(of: error))", .failed)
    }
  }

  /// What is wrong with the command line; help that was asked for is an answer and no failure.
  init(parsing error: any Error, as command: any ParsableCommand.Type) {
    let message = command.fullMessage(for: error)
    if command.exitCode(for: error) == .success {
      self.init(message, .done)
    } else {
      self.init(message.hasPrefix("Error: ") ? "error: " + message.dropFirst("Error: ".count) : message, .usage)
    }
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case let error as CocoaError:
      let reason = error.underlying.map { text(of: $0) } ?? error.localizedDescription
      return [error.filePath, reason].compactMap { $0 }.joined(separator: ": ")
    case let error as POSIXError: return String(cString: strerror(error.code.rawValue)).lowercased()
    case let error as LocalizedError: return error.errorDescription ?? "\(error)"
    default:
      return type(of: error) is NSError.Type ? error.localizedDescription : "\(error)"
    }
  }

  /// Ends the program.
  func exit() -> Never {
    if !message.isEmpty {
      let file = code == .done ? FileHandle.standardOutput : FileHandle.standardError
      try? file.write(contentsOf: Data((message.hasSuffix("\n") ? message : message + "\n").utf8))
    }
    Foundation.exit(code.rawValue)
  }
}
