import Foundation
import RefluxCore
import RefluxIO
import RefluxTasks
import RefluxTesting

/// Files of a data directory: contents by path.
typealias Files = [String: String]

/// Writes files into a fresh directory and runs `body` with it.
func withFiles<Result>(_ files: Files, _ body: (String) throws -> Result) throws -> Result {
  try withTemporaryDirectory { directory in
    for (path, text) in files {
      let full = "\(directory)/\(path)"
      try FileManager.default.createDirectory(
        atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try AtomicFile.write(text, to: full)
    }
    return try body(directory)
  }
}

func task(_ recipe: String, in directory: String) throws -> any Task {
  try component(recipe, from: [TasksPlugin.self], directory: directory)
}

/// The examples of a split as a reader of the test sees them: `text | pair -> label`.
func shown(_ recipe: String, _ split: Split, _ files: Files) throws -> [String] {
  try withFiles(files) { directory in try task(recipe, in: directory).examples(split).map(describe) }
}

private func describe(_ example: Example) -> String {
  let rows = example.rows.map { row in
    switch row {
    case .text(let text, let pair): pair.map { "\(text) | \($0)" } ?? text
    case .tokens(let ids, let segments): "\(ids) \(segments)"
    case .completion(let prompt, let response): "\(prompt) => \(response)"
    case .labelled(let ids, let labels): "\(ids) => \(labels)"
    }
  }
  let label =
    switch example.label {
    case .category(let index)?: " -> \(index)"
    case .score(let value)?: " -> \(value)"
    case nil: ""
    }
  return rows.joined(separator: " // ") + label
}

/// What a user reads when a split cannot be read; the directory is written `DIR`.
func message(_ recipe: String, _ split: Split, _ files: Files) throws -> String? {
  try withFiles(files) { directory in
    thrownMessage { try task(recipe, in: directory).examples(split) }?
      .replacingOccurrences(of: directory, with: "DIR")
  }
}
