import Foundation

/// The data that the tests of shipped recipes train on.
extension ShippedRecipeTests {
  /// Eight rows of each task in its official layout.
  static func writeRows(to directory: String) throws {
    func write(_ path: String, _ lines: [String]) throws {
      let file = URL(fileURLWithPath: directory).appendingPathComponent(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    }
    let (rows, words) = (0..<8, ["dog", "cat", "farmer", "garden", "river", "engine", "book", "paper"])
    for split in ["train", "dev"] {
      try write("CoLA/\(split).tsv", rows.map { "x\t\($0 % 2)\t\tThe \(words[$0]) sees every \(words[7 - $0])." })
      try write(
        "MRPC/\(split).tsv",
        ["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"]
          + rows.map { "\($0 % 2)\t\($0)\t1\($0)\tThe \(words[$0]) waits.\tA \(words[$0]) is waiting." })
      try write(
        "RTE/\(split).tsv",
        ["index\tsentence1\tsentence2\tlabel"]
          + rows.map {
            "\($0)\tThe \(words[$0]) runs.\tEvery \(words[$0]) walks.\t\($0 % 2 == 0 ? "entailment" : "not_entailment")"
          })
    }
    try write(
      "gsm8k/train.jsonl",
      rows.map {
        #"{"question": "A \#(words[$0]) has \#($0) and gets 2. How many?", "answer": "\#($0)+2=\#($0 + 2)\n#### \#($0 + 2)"}"#
      })
    try writeQuestions(to: directory, write)
    for split in ["train", "val"] {
      let choice = rows.map {
        """
        {"premise": "The \(words[$0]) fell.", "choice1": "It rained.", "choice2": "It was old.", "question": "cause", \
        "label": \($0 % 2), "idx": \($0)}
        """
      }
      try write("COPA/\(split).jsonl", choice)
      try write(
        "BoolQ/\(split).jsonl",
        rows.map {
          """
          {"question": "does the \(words[$0]) run", "passage": "The \(words[$0]) runs.", "label": \($0 % 2 == 0), \
          "idx": \($0)}
          """
        })
    }
  }

  /// Eight questions of each benchmark that is answered in words, beside GSM8K.
  private static func writeQuestions(to directory: String, _ write: (String, [String]) throws -> Void) throws {
    let (rows, letters) = (0..<8, ["A", "B", "C", "D", "E"])
    func list(_ rows: [String]) -> [String] { ["[" + rows.joined(separator: ",\n") + "]"] }
    try write(
      "SVAMP/train.json",
      list(
        rows.map {
          #"{"Body": "Ann has \#($0) cats", "Question": "how many are 2 more?", "Equation": "( \#($0).0 + 2.0 )", "#
            + #""Answer": \#($0 + 2).0}"#
        }))
    try write(
      "AQuA/train.json",
      rows.map { row in
        let options = letters.enumerated().map { #""\#($1))\#(row + $0)""# }.joined(separator: ", ")
        return #"{"question": "\#(row) + 1?", "options": [\#(options)], "rationale": "It is so.", "correct": "B"}"#
      })
    try write(
      "MathQA/train.json",
      list(
        rows.map { row in
          let options = letters.enumerated().map { "\($1.lowercased()) ) \(row + $0)" }.joined(separator: " , ")
          return #"{"Problem": "\#(row) + 1 ?", "Rationale": "it is", "options": "\#(options)", "correct": "b"}"#
        }))
    try write(
      "hellaswag/hellaswag_train.jsonl",
      rows.map {
        #"{"activity_label": "Work", "ctx_a": "He has \#($0).", "ctx_b": "he", "endings": ["a", "b", "c", "d"], "#
          + #""label": \#($0 % 4)}"#
      })
  }
}
