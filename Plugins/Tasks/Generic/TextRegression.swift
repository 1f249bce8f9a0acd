import RefluxCore

/// A number for each text or pair of texts, from any table.
struct TextRegression: TableTask {
  static let name = "text-regression"
  static let summary = "A number for each text, from CSV, TSV or JSON lines."

  static let form: PredictionForm? = .numbers

  struct Options: TableOptions {
    @Option("Rows to train on: .csv, .tsv or .jsonl.") var train: String? = nil
    @Option("Rows to score on.") var validation: String? = nil
    @Option("Further rows; they need no labels.") var test: String? = nil
    @Option("Rows for self-training; they need no labels.") var unlabeled: String? = nil
    @Option("The column that holds the text.") var text = "text"
    @Option("The column that holds a second text; without it, text_pair if there is one.") var textPair: String? = nil
    @Option("The column that holds the number.") var label = "label"
    @Option("Scores to report, the most important first.") var metrics: [Blueprint<any Metric>] = [
      "pearson", "spearman",
    ]
    @Option("Reads only so many rows of the training file, the first.") var trainLimit: Int? = nil
    @Option("Reads only so many rows of every other file, the first.") var evaluationLimit: Int? = nil

    func validate() throws {
      try validateTable(scoring: .numbers, written: $metrics)
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
