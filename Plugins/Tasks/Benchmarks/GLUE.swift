import RefluxCore

// The General Language Understanding Evaluation (Wang et al. 2019): files and columns as on gluebenchmark.com, text
// pairs in the order of transformers' `run_glue`, scores as in the benchmark's own code, the headline first.

struct CoLA: BenchmarkTask {
  static let benchmark = Benchmark(
    "cola", "GLUE: is this sentence grammatical?", folder: "CoLA",
    [
      (.train, [labelled("train.tsv")]), (.validation, [labelled("dev.tsv")]),
      (.test, [BenchmarkFile("test.tsv", ["sentence"], nil)]),
    ],
    classes: ["unacceptable": "0", "acceptable": "1"], metrics: [{ Matthews() }])
  let source: BenchmarkSource

  private static func labelled(_ name: String) -> BenchmarkFile {
    BenchmarkFile(name, ["sentence"], "label").changed { $0.header = ["source", "label", "mark", "sentence"] }
  }
}

struct SST2: BenchmarkTask {
  static let benchmark = Benchmark(
    "sst2", "GLUE: is this phrase of a film review positive?", folder: "SST-2",
    BenchmarkFile.official(BenchmarkFile.glue, ["sentence"], "label"),
    classes: ["negative": "0", "positive": "1"], metrics: [{ Accuracy() }])
  let source: BenchmarkSource
}

/// Read from GLUE's `train.tsv`/`dev.tsv`, or from Microsoft's own files and GLUE's list of development rows.
struct MRPC: BenchmarkTask {
  static let benchmark = Benchmark(
    "mrpc", "GLUE: do these two sentences say the same?", folder: "MRPC",
    [
      (.train, [BenchmarkFile("train.tsv", texts, "Quality"), original(isListed: false)]),
      (.validation, [BenchmarkFile("dev.tsv", texts, "Quality"), original(isListed: true)]),
      (.test, [BenchmarkFile("test.tsv", texts, nil), BenchmarkFile("msr_paraphrase_test.txt", texts, "Quality")]),
    ],
    classes: ["not_equivalent": "0", "equivalent": "1"], metrics: [{ Accuracy() }, { F1() }])
  let source: BenchmarkSource

  private static let texts = ["#1 String", "#2 String"]
  private static func original(isListed: Bool) -> BenchmarkFile {
    BenchmarkFile("msr_paraphrase_train.txt", texts, "Quality").changed {
      $0.part = (listedIn: "dev_ids.tsv", by: ["#1 ID", "#2 ID"], isListed: isListed)
    }
  }
}

struct STSB: BenchmarkTask {
  static let benchmark = Benchmark(
    "stsb", "GLUE: how similar are these two sentences, from 0 to 5?", folder: "STS-B",
    BenchmarkFile.official(BenchmarkFile.glue, ["sentence1", "sentence2"], "score"), prediction: .score, labels: .score,
    metrics: [{ Pearson() }, { Spearman() }])
  let source: BenchmarkSource
}

/// The official training file has a few rows that a line break inside a question has torn; they are passed over, as
/// everywhere.
struct QQP: BenchmarkTask {
  static let benchmark = Benchmark(
    "qqp", "GLUE: do these two questions ask the same?", folder: "QQP",
    BenchmarkFile.official(BenchmarkFile.glue, ["question1", "question2"], "is_duplicate").map { split, sources in
      (split, sources.map { $0.changed { $0.skipsBrokenLines = true } })
    },
    classes: ["not_duplicate": "0", "duplicate": "1"], metrics: [{ Accuracy() }, { F1() }])
  let source: BenchmarkSource
}

struct QNLI: BenchmarkTask {
  static let benchmark = Benchmark(
    "qnli", "GLUE: does this sentence answer the question?", folder: "QNLI",
    BenchmarkFile.official(BenchmarkFile.glue, ["question", "sentence"], "label"),
    classes: ["entailment": "entailment", "not_entailment": "not_entailment"], metrics: [{ Accuracy() }])
  let source: BenchmarkSource
}

struct WNLI: BenchmarkTask {
  static let benchmark = Benchmark(
    "wnli", "GLUE: does the sentence with the pronoun resolved follow from the other?", folder: "WNLI",
    BenchmarkFile.official(BenchmarkFile.glue, ["sentence1", "sentence2"], "label"),
    classes: ["not_entailment": "0", "entailment": "1"], metrics: [{ Accuracy() }])
  let source: BenchmarkSource
}
