import RefluxCore

/// Everything that tells one benchmark from another: files, columns, labels, scores.
struct Benchmark: Sendable {
  let name: String
  let summary: String
  /// The folder of the official archive.
  let folder: String
  /// Where each split may be, most usual first.
  let splits: [(split: Split, sources: [BenchmarkFile])]
  let prediction: PredictionKind
  let labels: LabelReader
  /// The headline first.
  let metrics: [@Sendable () -> any Metric]
  var evaluationSplits: [Split] = [.validation]
  /// A row's texts as the model's rows: by default one text, or a pair.
  var rows: @Sendable ([String]) -> [SourceRow] = { [.text($0[0], pair: $0.count > 1 ? $0[1] : nil)] }

  /// Classes whose names and words in the files are given together, in order.
  init(
    _ name: String, _ summary: String, folder: String, _ splits: [(split: Split, sources: [BenchmarkFile])],
    classes: KeyValuePairs<String, String>, metrics: [@Sendable () -> any Metric]
  ) {
    (self.name, self.summary, self.folder, self.splits, self.metrics) = (name, summary, folder, splits, metrics)
    prediction = .classes(classes.map(\.key))
    labels = .words(classes.map(\.value))
  }

  init(
    _ name: String, _ summary: String, folder: String, _ splits: [(split: Split, sources: [BenchmarkFile])],
    prediction: PredictionKind, labels: LabelReader, metrics: [@Sendable () -> any Metric]
  ) {
    (self.name, self.summary, self.folder, self.splits, self.metrics) = (name, summary, folder, splits, metrics)
    (self.prediction, self.labels) = (prediction, labels)
  }
}

/// A file of a benchmark: its name and its columns.
struct BenchmarkFile: Sendable {
  var name: String
  /// The columns that hold text, in the order in which the model reads them.
  var texts: [String]
  /// `nil` where the file has no labels.
  var label: String?
  /// The columns' names where the file does not have them itself.
  var header: [String]?
  var skipsBrokenLines = false
  /// A file beside it that lists a part of its rows by two columns, and whether that part is meant or the rest.
  var part: (listedIn: String, by: [String], isListed: Bool)?

  init(_ name: String, _ texts: [String], _ label: String?) {
    (self.name, self.texts, self.label) = (name, texts, label)
  }

  func changed(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }

  /// The official three files of a task: test files have no labels.
  static func official(
    _ names: (train: String, validation: String, test: String), _ texts: [String], _ label: String
  ) -> [(split: Split, sources: [BenchmarkFile])] {
    [
      (.train, [BenchmarkFile(names.train, texts, label)]),
      (.validation, [BenchmarkFile(names.validation, texts, label)]),
      (.test, [BenchmarkFile(names.test, texts, nil)]),
    ]
  }
  static let glue = (train: "train.tsv", validation: "dev.tsv", test: "test.tsv")
  static let superGLUE = (train: "train.jsonl", validation: "val.jsonl", test: "test.jsonl")
}
