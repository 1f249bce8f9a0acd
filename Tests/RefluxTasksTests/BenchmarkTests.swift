import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxTasks

/// Every benchmark read from files in its official layout.
@Suite struct BenchmarkTests {
  struct Layout: Sendable, CustomTestStringConvertible {
    let task: String, split: Split, files: Files, examples: [String]
    var testDescription: String { "\(task) \(split.rawValue)" }
  }

  static let mnliHeader =
    "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t"
    + "sentence2_parse\tsentence1\tsentence2"
  static let mnliRow = "0\t1\t1n\tx\t( a )\t( b )\t(A)\t(B)\tA \"quoted\" one\tB"
  static let mrpcHeader = "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n"
  static let mrpcRows = "1\t10\t11\tHe said \" yes\tShe said no\r\n0\t20\t21\tC\tD\r\n"

  static let layouts = [
    Layout(
      task: "cola", split: .train,
      files: ["CoLA/train.tsv": "gj04\t1\t\tIt \"works.\ngj04\t0\t*\tIt work.\n"],
      examples: ["It \"works. -> 1", "It work. -> 0"]),
    Layout(
      task: "cola", split: .validation, files: ["dev.tsv": "gj04\t1\t\tNo newline at the end"],
      examples: ["No newline at the end -> 1"]),
    Layout(
      task: "cola", split: .test, files: ["CoLA/test.tsv": "index\tsentence\n0\tWho knows.\n"], examples: ["Who knows."]
    ),
    Layout(
      task: "sst2", split: .validation, files: ["SST-2/dev.tsv": "sentence\tlabel\na fine film . \t1\n"],
      examples: ["a fine film .  -> 1"]),
    Layout(
      task: "sst2", split: .test, files: ["SST-2/test.tsv": "index\tsentence\n0\tso so .\n"], examples: ["so so ."]),
    Layout(
      task: "mrpc", split: .train, files: ["MRPC/train.tsv": mrpcHeader + mrpcRows],
      examples: ["He said \" yes | She said no -> 1", "C | D -> 0"]),
    Layout(
      task: "mrpc", split: .train,
      files: ["MRPC/msr_paraphrase_train.txt": mrpcHeader + mrpcRows, "MRPC/dev_ids.tsv": "20\t21\n"],
      examples: ["He said \" yes | She said no -> 1"]),
    Layout(
      task: "mrpc", split: .validation,
      files: ["MRPC/msr_paraphrase_train.txt": mrpcHeader + mrpcRows, "MRPC/dev_ids.tsv": "20\t21\n"],
      examples: ["C | D -> 0"]),
    Layout(
      task: "mrpc", split: .test, files: ["MRPC/msr_paraphrase_test.txt": mrpcHeader + "1\t1\t2\tE\tF\n"],
      examples: ["E | F -> 1"]),
    Layout(
      task: "mrpc", split: .test,
      files: ["MRPC/test.tsv": "index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\tE\tF\n"], examples: ["E | F"]),
    Layout(
      task: "stsb", split: .train,
      files: [
        "STS-B/train.tsv": "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
          + "0\tmain-captions\tx\t2012\t1\tnone\tnone\tA plane.\tAn airplane.\t4.750\n"
      ], examples: ["A plane. | An airplane. -> 4.75"]),
    Layout(
      task: "qqp", split: .train,
      files: [
        "QQP/train.tsv": "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy?\tHow?\t0\n"
          + "4\t5\t6\tTorn by\na line break\t1\n7\t8\t9\tWho?\tWho?\t1\n"
      ], examples: ["Why? | How? -> 0", "Who? | Who? -> 1"]),
    Layout(
      task: "mnli", split: .train,
      files: ["MNLI/train.tsv": mnliHeader + "\tlabel1\tgold_label\n\(mnliRow)\tneutral\tneutral\n"],
      examples: ["A \"quoted\" one | B -> 1"]),
    Layout(
      task: "mnli", split: "validation-mismatched",
      files: [
        "MNLI/dev_mismatched.tsv": mnliHeader + "\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n"
          + "\(mnliRow)\tneutral\tentailment\tneutral\tneutral\tneutral\tcontradiction\n"
      ], examples: ["A \"quoted\" one | B -> 2"]),
    Layout(
      task: "mnli", split: .test, files: ["MNLI/test_matched.tsv": mnliHeader + "\n\(mnliRow)\n"],
      examples: ["A \"quoted\" one | B"]),
    Layout(
      task: "qnli", split: .validation,
      files: ["QNLI/dev.tsv": "index\tquestion\tsentence\tlabel\n0\tWhat?\tThat.\tnot_entailment\n"],
      examples: ["What? | That. -> 1"]),
    Layout(
      task: "rte", split: .train,
      files: ["RTE/train.tsv": "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n"],
      examples: ["A. | B. -> 0"]),
    Layout(
      task: "rte", split: .validation,
      files: ["RTE/val.jsonl": #"{"premise": "A.", "hypothesis": "B.", "label": "not_entailment", "idx": 0}"#],
      examples: ["A. | B. -> 1"]),
    Layout(
      task: "wnli", split: .train, files: ["WNLI/train.tsv": "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t1\n"],
      examples: ["A. | B. -> 1"]),
    Layout(
      task: "ax", split: .test, files: ["AX/AX.tsv": "index\tsentence1\tsentence2\n0\tA.\tB.\n"], examples: ["A. | B."]
    ),
    Layout(
      task: "ax", split: .validation,
      files: ["AX/diagnostic.tsv": "Logic\tPremise\tHypothesis\tLabel\nNegation\tA.\tB.\tcontradiction\n"],
      examples: ["A. | B. -> 2"]),
    Layout(
      task: "boolq", split: .train,
      files: ["BoolQ/train.jsonl": #"{"question": "is it", "passage": "It is.", "idx": 0, "label": true}"#],
      examples: ["is it | It is. -> 1"]),
    Layout(
      task: "cb", split: .validation,
      files: ["CB/val.jsonl": #"{"premise": "A.", "hypothesis": "B", "label": "neutral", "idx": 0}"#],
      examples: ["A. | B -> 2"]),
    Layout(
      task: "copa", split: .train,
      files: [
        "COPA/train.jsonl": """
        {"premise": "It rained.", "choice1": "Clouds.", "choice2": "Sun.", "question": "cause", "label": 0, "idx": 0}
        {"premise": "It rained.", "choice1": "Dry.", "choice2": "Wet.", "question": "effect", "label": 1, "idx": 1}
        """
      ],
      examples: [
        "It rained. What was the cause? | Clouds. // It rained. What was the cause? | Sun. -> 0",
        "It rained. What happened as a result? | Dry. // It rained. What happened as a result? | Wet. -> 1",
      ]),
    Layout(
      task: "copa", split: .test,
      files: ["COPA/test.jsonl": #"{"premise": "P.", "choice1": "1", "choice2": "2", "question": "cause", "idx": 0}"#],
      examples: ["P. What was the cause? | 1 // P. What was the cause? | 2"]),
    Layout(
      task: "wic", split: .train,
      files: [
        "WiC/train.jsonl": #"{"word": "place", "sentence1": "My place.", "sentence2": "No place.", "label": false}"#
      ], examples: ["place: My place. | No place. -> 0"]),
  ]

  @Test(arguments: layouts) func readsTheOfficialFiles(_ layout: Layout) throws {
    #expect(try shown("{ type: \(layout.task), data: . }", layout.split, layout.files) == layout.examples)
  }

  @Test func limitsLeaveTheRestUnlabelled() throws {
    let files = [
      "RTE/train.tsv": "index\tsentence1\tsentence2\tlabel\n"
        + (0..<4).map { "\($0)\ta0\tb\($0)\tentailment\n" }.joined(),
      "RTE/dev.tsv": "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\tc\td\tentailment\n",
      "RTE/test.tsv": "index\tsentence1\tsentence2\n0\te\tf\n",
    ]
    let recipe = "{ type: rte, data: ., train_limit: 3, evaluation_limit: 1 }"
    #expect(try shown(recipe, .train, files).count == 3)
    #expect(try shown(recipe, .unlabeled, files) == ["a0 | b3 -> 0"])
    #expect(try shown(recipe, .validation, files) == ["a | b -> 0"])
    #expect(try shown("{ type: rte, data: . }", .unlabeled, files) == ["e | f"])
  }

  /// What is predicted and scored, by task: the official scores, the headline first.
  @Test func scoresAreTheOfficialOnes() throws {
    let expected: [(task: String, outputs: Int, scores: [String])] = [
      ("cola", 2, ["matthews_correlation"]), ("sst2", 2, ["accuracy"]), ("mrpc", 2, ["accuracy", "f1"]),
      ("stsb", 1, ["pearson", "spearman"]), ("qqp", 2, ["accuracy", "f1"]), ("mnli", 3, ["accuracy"]),
      ("qnli", 2, ["accuracy"]), ("rte", 2, ["accuracy"]), ("wnli", 2, ["accuracy"]),
      ("ax", 3, ["matthews_correlation"]), ("boolq", 2, ["accuracy"]), ("cb", 3, ["accuracy", "macro_f1"]),
      ("copa", 1, ["accuracy"]), ("wic", 2, ["accuracy"]),
    ]
    for (name, outputs, scores) in expected {
      let task = try task("{ type: \(name), data: . }", in: ".")
      #expect(task.prediction.outputs == outputs, "\(name)")
      #expect(task.metrics().flatMap(\.scores).map(\.name) == scores, "\(name)")
    }
    #expect(try task("{ type: mnli, data: . }", in: ".").evaluationSplits == [.validation, "validation-mismatched"])
  }
}
