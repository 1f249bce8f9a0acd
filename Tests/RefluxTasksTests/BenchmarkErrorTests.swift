import Foundation
import RefluxCore
import RefluxTesting
import Testing

/// What a user reads when a benchmark's files are not as they should be.
@Suite struct BenchmarkErrorTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let task: String, split: Split, files: Files, message: String
    var testDescription: String { message }
  }
  static let rte = "index\tsentence1\tsentence2\tlabel\n"

  static let mistakes = [
    Mistake(
      task: "rte", split: .validation, files: [:],
      message: "DIR/.: the validation split of 'rte' is not here; looked for RTE/dev.tsv, dev.tsv, RTE/val.jsonl, "
        + "val.jsonl"),
    Mistake(
      task: "cola", split: "validation-mismatched", files: [:],
      message: "the task 'cola' has no split 'validation-mismatched'; it has: train, validation, test"),
    Mistake(
      task: "cola", split: .train, files: ["CoLA/train.tsv": "a\t1\t\tfine\na\t1\tsentence\n"],
      message: "DIR/./CoLA/train.tsv:2: has 3 columns, but wants 4"),
    Mistake(
      task: "cola", split: .train, files: ["CoLA/train.tsv": "a\t2\t\tfine\n"],
      message: "DIR/./CoLA/train.tsv:1: no label is called '2'; there are: 0, 1"),
    Mistake(
      task: "rte", split: .train, files: ["RTE/train.tsv": rte + "0\ta\tb\tentailment\n1\ta\tb\tmaybe\n"],
      message: "DIR/./RTE/train.tsv:3: no label is called 'maybe'; there are: entailment, not_entailment"),
    Mistake(
      task: "rte", split: .train, files: ["RTE/train.tsv": "index\tpremise\tsentence2\tlabel\n"],
      message: "DIR/./RTE/train.tsv:1: has no column 'sentence1'; there are: index, premise, sentence2, label"),
    Mistake(
      task: "rte", split: .train, files: ["RTE/train.tsv": ""], message: "DIR/./RTE/train.tsv: is empty"),
    Mistake(
      task: "rte", split: .train, files: ["RTE/train.tsv": rte], message: "DIR/./RTE/train.tsv: has no rows"),
    Mistake(
      task: "stsb", split: .train, files: ["train.tsv": "sentence1\tsentence2\tscore\na\tb\thigh\n"],
      message: "DIR/./train.tsv:2: 'score' wants a number, but is 'high'"),
    Mistake(
      task: "boolq", split: .train,
      files: ["train.jsonl": "{\"question\": \"q\", \"passage\": \"p\", \"label\": true}\n{\"question\": \"q\"}"],
      message: "DIR/./train.jsonl:2: 'passage' is missing"),
    Mistake(
      task: "boolq", split: .train, files: ["train.jsonl": #"{"question": 1, "passage": "p", "label": true}"#],
      message: "DIR/./train.jsonl:1: 'question' wants a text, but is an integer"),
    Mistake(
      task: "boolq", split: .train, files: ["train.jsonl": "[1]"],
      message: "DIR/./train.jsonl:1: wants an object, but is a list"),
    Mistake(
      task: "copa", split: .train,
      files: ["train.jsonl": #"{"premise": "p", "question": "cause", "choice1": "a", "choice2": "b", "label": 2}"#],
      message: "DIR/./train.jsonl:1: no label is called '2'; there are: 0, 1"),
    Mistake(
      task: "mrpc", split: .train, files: ["msr_paraphrase_train.txt": "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"],
      message: "DIR/./dev_ids.tsv: cannot be opened: No such file or directory"),
  ]

  @Test(arguments: mistakes) func names(_ mistake: Mistake) throws {
    #expect(try message("{ type: \(mistake.task), data: . }", mistake.split, mistake.files) == mistake.message)
  }

  @Test func namesTheLineThatIsNotText() throws {
    try withTemporaryDirectory { directory in
      let bytes = Data(Self.rte.utf8) + Data("0\ta\tb\tentailment\n1\t".utf8) + Data([0xFF, 0x0A])
      try bytes.write(to: URL(fileURLWithPath: "\(directory)/train.tsv"))
      #expect(
        thrownMessage { try task("{ type: rte, data: \(directory) }", in: ".").examples(.train) }
          == "\(directory)/train.tsv:3: is not UTF-8 text")
    }
  }

  // A run asks before its models are loaded.
  @Test func aSplitIsLocatedWithoutBeingRead() throws {
    try withFiles(["RTE/train.tsv": "broken"]) { directory in
      let task = try task("{ type: rte, data: . }", in: directory)
      try task.locate(.train)
      #expect(
        thrownMessage { try task.locate(.validation) }
          == "\(directory)/.: the validation split of 'rte' is not here; looked for RTE/dev.tsv, dev.tsv, "
          + "RTE/val.jsonl, val.jsonl")
    }
    try withFiles(["train.csv": "broken"]) { directory in
      let task = try task("{ type: text-regression, train: train.csv, validation: none.csv }", in: directory)
      try task.locate(.train)
      #expect(
        thrownMessage { try task.locate(.validation) }
          == "\(directory)/none.csv: cannot be opened: No such file or directory")
    }
    try withFiles(["gsm8k/train.jsonl": "broken"]) { directory in
      let task = try task("{ type: gsm8k, data: ., validation_size: 10 }", in: directory)
      for split in [Split.train, .validation] { try task.locate(split) }
      #expect(
        thrownMessage { try task.locate(.test) }?.hasPrefix(
          "\(directory)/.: the test split of 'gsm8k' is not here; looked for ") == true)
    }
  }

  @Test func namesOptionsThatAreOutOfRange() {
    #expect(
      thrownMessage { try task("{ type: rte, data: ., train_limit: 0 }", in: ".") }
        == "must be at least 1, but is '0'")
  }
}
