import RefluxCore

// Natural-language inference: MNLI, its diagnostic set, and RTE, which GLUE and SuperGLUE share.

/// Three classes in the order of transformers' GLUE data.
private let threeWay: KeyValuePairs = [
  "entailment": "entailment", "neutral": "neutral", "contradiction": "contradiction",
]

struct MNLI: BenchmarkTask {
  static let benchmark: Benchmark = {
    let texts = ["sentence1", "sentence2"]
    var benchmark = Benchmark(
      "mnli", "GLUE: does the second sentence follow from the first, contradict it, or neither?", folder: "MNLI",
      [
        (.train, [BenchmarkFile("train.tsv", texts, "gold_label")]),
        (.validation, [BenchmarkFile("dev_matched.tsv", texts, "gold_label")]),
        ("validation-mismatched", [BenchmarkFile("dev_mismatched.tsv", texts, "gold_label")]),
        (.test, [BenchmarkFile("test_matched.tsv", texts, nil)]),
        ("test-mismatched", [BenchmarkFile("test_mismatched.tsv", texts, nil)]),
      ],
      classes: threeWay, metrics: [{ Accuracy() }])
    benchmark.evaluationSplits = [.validation, "validation-mismatched"]
    return benchmark
  }()
  let source: BenchmarkSource
}

/// GLUE's diagnostics: only answered by a model trained on MNLI.
///
/// The official file has no labels; the one with labels, where it is at hand, is the validation split.
struct AX: BenchmarkTask {
  static let benchmark = Benchmark(
    "ax", "GLUE: the diagnostic set, for models trained on mnli.", folder: "AX",
    [
      (.validation, [BenchmarkFile("diagnostic.tsv", ["Premise", "Hypothesis"], "Label")]),
      (
        .test,
        [
          BenchmarkFile("AX.tsv", ["sentence1", "sentence2"], nil),
          BenchmarkFile("test.tsv", ["sentence1", "sentence2"], nil),
        ]
      ),
    ],
    classes: threeWay, metrics: [{ Matthews() }])
  let source: BenchmarkSource
}

/// One task for both benchmarks: the examples are the same, GLUE has them as TSV and SuperGLUE as JSON lines.
struct RTE: BenchmarkTask {
  static let benchmark: Benchmark = {
    let glue = BenchmarkFile.official(BenchmarkFile.glue, ["sentence1", "sentence2"], "label")
    let superGLUE = BenchmarkFile.official(BenchmarkFile.superGLUE, ["premise", "hypothesis"], "label")
    return Benchmark(
      "rte", "GLUE and SuperGLUE: does the second text follow from the first?", folder: "RTE",
      zip(glue, superGLUE).map { ($0.split, $0.sources + $1.sources) },
      classes: ["entailment": "entailment", "not_entailment": "not_entailment"], metrics: [{ Accuracy() }])
  }()
  let source: BenchmarkSource
}

struct CB: BenchmarkTask {
  static let benchmark = Benchmark(
    "cb", "SuperGLUE: is the writer committed to the hypothesis (CommitmentBank)?", folder: "CB",
    BenchmarkFile.official(BenchmarkFile.superGLUE, ["premise", "hypothesis"], "label"),
    classes: ["entailment": "entailment", "contradiction": "contradiction", "neutral": "neutral"],
    metrics: [{ Accuracy() }, { MacroF1() }])
  let source: BenchmarkSource
}
