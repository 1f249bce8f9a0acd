/// Names an example for the length of a run, whatever batch it appears in.
public struct ExampleID: Hashable, Sendable {
  public let rawValue: Int
  public init(_ rawValue: Int) { self.rawValue = rawValue }
}

/// A part of a task's data: `train`, `validation`, `validation-mismatched`, `test`, `unlabeled`.
public struct Split: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init(stringLiteral value: String) { rawValue = value }
  public static let train: Split = "train", validation: Split = "validation", test: Split = "test"
  public static let unlabeled: Split = "unlabeled"
}

/// A row as a person wrote it, or as somebody else's tokenizer left it.
public enum SourceRow: Sendable, Equatable {
  case text(String, pair: String? = nil)
  case tokens(ids: [Int32], segments: [Int32] = [])
  /// What a language model is given and what it must answer; it learns the response and the token that ends it.
  case completion(prompt: String, response: String)
  /// Ready-made ids with labels as Hugging Face writes them: each id's own label is the id itself, and a negative one
  /// (-100) where nothing is learned.
  case labelled(ids: [Int32], labels: [Int32])
}

/// One example before tokenization; several rows are choices to pick from.
public struct Example: Sendable {
  public var rows: [SourceRow]
  public var label: Label?
  /// The line that it was read from, for messages.
  public var place: FilePlace?
  public init(rows: [SourceRow], label: Label? = nil, at place: FilePlace? = nil) {
    (self.rows, self.label, self.place) = (rows, label, place)
  }
}

/// A line of a file, counted from 1.
public struct FilePlace: Sendable, Equatable {
  public var path: String
  public var line: Int
  public init(_ path: String, line: Int) { (self.path, self.line) = (path, line) }
}

/// What is right for an example.
public enum Label: Sendable, Equatable {
  /// The number of a class, or of one row of several, from 0.
  case category(Int)
  case score(Float)
}
