import RefluxCore
import RefluxIO

/// One thing a strategy asked the run to do, and where its result is kept.
struct Action {
  /// Counted from 1, in the order of the strategy.
  let number: Int
  let name: String
  /// `stages/001-train`; it appears when the action is finished, complete.
  let path: String

  var isFinished: Bool { Directory.exists(path) }
}

/// The strategy's actions in order; a finished one is read back instead of being done again.
struct Journal {
  private let directory: String
  private var names: Set<String> = []

  init(_ directory: String) { self.directory = directory }

  mutating func next(_ name: String) -> Action {
    precondition(names.insert(name).inserted, "a strategy did two things under the name '\(name)'")
    let number = names.count
    let digits = String(number)
    return Action(
      number: number, name: name,
      path: "\(directory)/\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)-\(Self.fileName(name))")
  }

  /// A name with only letters, digits and hyphens.
  static func fileName(_ name: String) -> String {
    String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }
}
