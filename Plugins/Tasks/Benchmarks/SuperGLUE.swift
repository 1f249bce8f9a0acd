import RefluxCore

// SuperGLUE (Wang et al. 2019): JSON lines as on super.gluebenchmark.com.

/// The question, then the passage, as transformers' and jiant's models read it: a long passage is what is cut.
struct BoolQ: BenchmarkTask {
  static let benchmark = Benchmark(
    "boolq", "SuperGLUE: does the passage say yes to the question?", folder: "BoolQ",
    BenchmarkFile.official(BenchmarkFile.superGLUE, ["question", "passage"], "label"),
    classes: ["no": "false", "yes": "true"], metrics: [{ Accuracy() }])
  let source: BenchmarkSource
}

/// A choice between two rows, each the premise and one alternative; the premise ends with the question, as in
/// fairseq's recipe, turned into words.
struct COPA: BenchmarkTask {
  static let benchmark: Benchmark = {
    var benchmark = Benchmark(
      "copa", "SuperGLUE: which of two sentences is the premise's cause, or effect?", folder: "COPA",
      BenchmarkFile.official(BenchmarkFile.superGLUE, ["premise", "question", "choice1", "choice2"], "label"),
      prediction: .choice(count: 2), labels: .words(["0", "1"]), metrics: [{ Accuracy() }])
    benchmark.rows = { texts in
      let asked = texts[0] + " " + (texts[1] == "cause" ? "What was the cause?" : "What happened as a result?")
      return texts[2...].map { .text(asked, pair: $0) }
    }
    return benchmark
  }()
  let source: BenchmarkSource
}

/// The word and both sentences: `word: sentence1`, then `sentence2`.
struct WiC: BenchmarkTask {
  static let benchmark: Benchmark = {
    var benchmark = Benchmark(
      "wic", "SuperGLUE: does the word mean the same in both sentences?", folder: "WiC",
      BenchmarkFile.official(BenchmarkFile.superGLUE, ["word", "sentence1", "sentence2"], "label"),
      classes: ["different": "false", "same": "true"], metrics: [{ Accuracy() }])
    benchmark.rows = { [.text("\($0[0]): \($0[1])", pair: $0[2])] }
    return benchmark
  }()
  let source: BenchmarkSource
}
