import RefluxCore
import RefluxIO

/// The batches of a long generation that are done: a file with a line for each, on disk as soon as it is there.
struct StoredTexts {
  private(set) var batches: [[WrittenText]] = []
  private let writer: JSONLinesWriter

  /// Where the texts of an unfinished action are.
  static func path(for action: String) -> String { action + ".jsonl" }

  /// Goes on with the file of an interrupted run, without the line that it was writing; makes it if it is not there.
  init(_ path: String) throws {
    var known: [JSON] = []
    if Directory.isTaken(path) {
      let lines = try LineReader(path)
      // Only the last line can be broken.
      while let line = try? lines.next(), let json = try? JSON(parsing: line.utf8, name: path, line: lines.number) {
        known.append(json)
      }
    }
    try AtomicFile.write(known.map { $0.text + "\n" }.joined(), to: path)
    batches = try known.map { try ($0.array ?? []).map { try WrittenText($0, path: path) } }
    writer = try JSONLinesWriter(path, appending: true)
  }

  mutating func add(_ batch: [WrittenText]) throws {
    try writer.write(.array(batch.map(\.json)))
    try writer.sync()
    batches.append(batch)
  }
}

extension WrittenText {
  var json: JSON { ["text": .string(text), "is_finished": .bool(isFinished)] }

  init(_ json: JSON, path: String) throws {
    let fields = try JSONFields(json, path: path)
    self.init(
      try fields.required("text", fields.string), isFinished: try fields.required("is_finished", fields.bool))
  }
}
