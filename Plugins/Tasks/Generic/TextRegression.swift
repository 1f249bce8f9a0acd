import RefluxCore

/// A number for each text or pair of texts, from any table.
struct TextRegression: TableTask {
  static let name = "text-regression"
  static let summary = "A number for each text, from CSV, TSV or JSON lines."

  static let form: PredictionForm? = .numbers

  struct Options: TableOptions {
    var files = TableFileOptions()
    @Option("The column that holds the text.") var text = "text"
    @Option("The column that holds a second text; without it, text_pair if there is one.") var textPair: String? = nil
    @Option("The column that holds the number.") var label = "label"
    @Option("Scores to report, the most important first.")
    var metrics: [Blueprint<any Metric>] = ["pearson", "spearman"]
    var limits = RowLimits()

    func validate() throws {
      try validateMetrics(scoring: .numbers, written: $metrics)
    }
  }

  let prediction = PredictionKind.score
  let files: TableFiles
  private let columns: TableColumns
  let scores: [any Metric]

  init(_ options: Options, _ context: inout BuildContext) throws {
    files = TableFiles(task: Self.name, options, context)
    columns = TableColumns(text: options.text, textPair: options.textPair, label: options.label, labels: .score)
    scores = try options.metrics.map { try $0.build(&context) }
  }

  func examples(_ split: Split) throws -> [Example] { try files.examples(split, columns) }
}
