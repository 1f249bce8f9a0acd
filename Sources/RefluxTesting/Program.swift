import Foundation

/// The built command, run as people and scripts run it.
public enum Program {
  /// It lies beside the tests.
  public static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("reflux").path

  public struct Outcome: Equatable, Sendable {
    public var code: Int32
    public var output: String
    public var errors: String
    public init(code: Int32, output: String, errors: String) {
      (self.code, self.output, self.errors) = (code, output, errors)
    }
  }

  /// Runs it to its end: with `input` as its standard input, changes to this process's `environment`, in a `directory`
  /// (here, if none is given).
  public static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], in directory: String? = nil
  ) throws -> Outcome {
    let (process, given, output, errors) = (process(arguments), Pipe(), Pipe(), Pipe())
    if !environment.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    }
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    (process.standardInput, process.standardOutput, process.standardError) = (given, output, errors)
    // Before anybody reads: a pipe holds what tests have to say (64 KiB).
    try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try process.run()
    try given.fileHandleForWriting.close()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, output: printed, errors: complaints)
  }

  /// Starts it, and waits for nothing; what it prints goes nowhere, or to `errors`.
  public static func start(_ arguments: [String], errors: Pipe? = nil) throws -> Process {
    let process = process(arguments)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors ?? FileHandle.nullDevice
    try process.run()
    return process
  }

  private static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    return process
  }
}
