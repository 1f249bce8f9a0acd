import RefluxCore

/// Classes of texts or pairs of texts from any table.
struct TextClassification: TableTask {
  static let name = "text-classification"
  static let summary = "Classes of texts from CSV, TSV or JSON lines."

  static let form: PredictionForm? = .classes

  struct Options: TableOptions {
    var files = TableFileOptions()
    @Option("The column that holds the text.") var text = "text"
    @Option("The column that holds a second text; without it, text_pair if there is one.") var textPair: String? = nil
    @Option("The column that holds the class: its name, or its number from 0.") var label = "label"
    @Option("The classes' names in order; without them, the ones that the training file has.") var labels: [String] = []
    @Option("Scores to report, the most important first.")
    var metrics: [Blueprint<any Metric>] = ["accuracy", "macro-f1"]
    var limits = RowLimits()

    func validate() throws {
      try validateMetrics(scoring: .classes, written: $metrics)
      if labels.isEmpty, files.train == nil { throw RecipeError("needs 'labels', because there is no training file") }
      if Set(labels).count < labels.count { throw RecipeError("labels: a name is given twice") }
      if labels.count == 1 { throw RecipeError("labels: wants two or more names, but has one") }
    }
  }

  let prediction: PredictionKind
  let files: TableFiles
  private let columns: TableColumns
  let scores: [any Metric]

  init(_ options: Options, _ context: inout BuildContext) throws {
    files = TableFiles(task: Self.name, options, context)
    var columns = TableColumns(
      text: options.text, textPair: options.textPair, label: options.label, labels: .names(options.labels))
    var names = options.labels
    if names.isEmpty, let path = files.files[.train] { names = try classNames(path, columns) }
    columns.labels = .names(names)
    (self.columns, prediction) = (columns, .classes(names))
    scores = try options.metrics.map { try $0.build(&context) }
  }

  func examples(_ split: Split) throws -> [Example] { try files.examples(split, columns) }
}

/// The classes of a training file: the names in alphabetical order or, if all are numbers, every number up to the
/// largest.
///
/// - Throws: `FileError` if there are fewer than two, or a row has none.
private func classNames(_ path: String, _ columns: TableColumns) throws -> [String] {
  let maximumCount = 10_000
  var found: Set<String> = []
  for row in try columns.rows(path, needsLabels: true) {
    let column = columns.labelColumn(row)
    guard let value = row[column] else { throw row.error("'\(column)' is missing") }
    guard let word = LabelReader.word(value) else {
      throw row.error("'\(column)' wants a class, but is \(value.kind)")
    }
    guard !word.isEmpty else { throw row.error("'\(column)' is empty") }
    found.insert(word)
    if let number = Int(word), number < 0 || number >= maximumCount {
      throw row.error("'\(column)' wants a class, but is \(word); numbers of classes lie in 0 to \(maximumCount - 1)")
    }
  }
  let numbers = found.compactMap { Int($0) }
  let names = numbers.count == found.count ? (0...(numbers.max() ?? 0)).map(String.init) : found.sorted()
  guard names.count > 1 else {
    throw RecipeError("\(path): every row has the same class, '\(names[0])'; give 'labels' if there are others")
  }
  return names
}
