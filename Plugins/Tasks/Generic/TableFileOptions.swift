import RefluxCore

/// The files of a task over a user's own data.
struct TableFileOptions: ComponentOptions {
  @Option("Rows to train on: .csv, .tsv or .jsonl.") var train: String? = nil
  @Option("Rows to score on.") var validation: String? = nil
  @Option("Further rows; they need no labels or responses.") var test: String? = nil
  @Option("Rows for self-training; they need no labels or responses.") var unlabeled: String? = nil

  /// Paths by split, in the order in which messages name them.
  var paths: [(split: Split, path: String?)] {
    [(.train, train), (.validation, validation), (.test, test), (.unlabeled, unlabeled)]
  }

  func validate() throws {
    if paths.allSatisfy({ $0.path == nil }) {
      throw RecipeError("needs a file: one of \(paths.map(\.split.rawValue).joined(separator: ", "))")
    }
  }
}
