import Foundation
import RefluxIO

/// Where the commands write what they were asked for; everything else goes to standard error.
enum Output {
  static func print(_ text: String) throws { try write(text + "\n", to: .standardOutput) }
  static func print(_ json: JSON) throws { try print(json.finite.text) }
  static func remark(_ text: String) throws { try write(text + "\n", to: .standardError) }

  /// Text as it is, without a line's end.
  static func write(_ text: String) throws { try write(text, to: .standardOutput) }
  /// Whether a person is looking at standard output.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private static func write(_ text: String, to file: FileHandle) throws {
    do { try file.write(contentsOf: Data(text.utf8)) } catch {
      throw Failure("", .failed)  // whoever was reading has gone away
    }
  }
}
