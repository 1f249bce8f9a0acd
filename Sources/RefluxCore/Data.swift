/// Names an example for the length of a run, whatever batch it appears in.
public struct ExampleID: Hashable, Sendable {
  public let rawValue: Int
  public init(_ rawValue: Int) { self.rawValue = rawValue }
}

/// Examples that go through the model together: one batch of an optimizer step.
///
/// A step may be cut into several batches (gradient accumulation). An objective divides sums by the *step's* totals,
/// and the loop adds the batches' losses and gradients up, so a step means the same however it is cut.
public struct Batch {
  public var examples: [ExampleID]
  /// How many of `examples`, from the first, are the repeated (matched) ones; see `PlannedBatch`.
  public var matchedCount: Int
  public var blocks: [String: TokenBlock]
  /// Examples, matched examples, and labelled positions of the whole optimizer step.
  public var step: (examples: Int, matched: Int, targets: Int)

  public init(_ examples: [ExampleID], matchedCount: Int = 0, _ blocks: [String: TokenBlock]) {
    (self.examples, self.matchedCount, self.blocks) = (examples, matchedCount, blocks)
    step = (examples.count, matchedCount, examples.count)
  }
  public init(_ examples: [ExampleID], matchedCount: Int = 0, input: TokenBlock) {
    self.init(examples, matchedCount: matchedCount, ["input": input])
  }

  public func block(_ name: String) throws -> TokenBlock {
    guard let block = blocks[name] else {
      throw RecipeError("this objective needs '\(name)' in every batch; the data has: \(blocks.keys.sorted())")
    }
    return block
  }
  public var input: TokenBlock { get throws { try block("input") } }
}

/// Tokenized examples that can be fetched in any grouping.
public protocol Dataset {
  var count: Int { get }
  /// Tokens of each example.
  var lengths: [Int] { get }
  func batch(_ indices: [Int]) throws -> Batch
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

public enum Label: Sendable, Equatable {
  case category(Int)
  case score(Float)
}

/// What a task's model must predict; the head's size follows from it.
public enum PredictionKind: Sendable, Equatable {
  /// One of several named classes.
  case classes([String])
  /// One number.
  case score
  /// Which of `count` rows is right; the head has one output.
  case choice(count: Int)
  /// The next token at every labelled position: a language model.
  case text

  /// Outputs of the classification head; a language model has none.
  public var outputs: Int {
    switch self {
    case .classes(let names): names.count
    case .score, .choice: 1
    case .text: 0
    }
  }

  /// What logs call the task's loss: `ce` (cross-entropy), or `mse` (squared error) for a score.
  public var lossName: String { self == .score ? "mse" : "ce" }
}

/// A benchmark: its data, its labels, how it is scored, and the loss of its labels.
public protocol Task: Component {
  /// What every task of this name predicts; `nil` where its options decide.
  static var form: PredictionForm? { get }
  var prediction: PredictionKind { get }
  /// The splits that scores are reported on, in order (MNLI has two).
  var evaluationSplits: [Split] { get }
  /// Reads a split. A broken file throws with its name and line.
  func examples(_ split: Split) throws -> [Example]
  /// Throws what ``examples(_:)`` would throw if the file of a split is not there; reads nothing.
  func locate(_ split: Split) throws
  func metrics() -> [any Metric]
  /// Every word of a task that comes with its own language; a model without a checkpoint reads it with these.
  var words: [String]? { get }
  /// The supervised loss, one value per example: `[examples]`. `temperature` (one value, or one per example) divides
  /// the logits of a classification. Default: what goes with `prediction`; of text, the mean over a row's labelled
  /// positions.
  func loss(_ output: ModelOutput, _ block: TokenBlock, temperature: Tensor?) throws -> Tensor
  /// How many targets the loss of each example is the mean of; they add up to ``Batch/step``'s `targets`. Default: one
  /// each, and of text the labelled positions.
  func targetCounts(_ block: TokenBlock) -> [Int]
}
extension Task {
  public static var form: PredictionForm? { nil }
  public func locate(_: Split) throws {}
  public var evaluationSplits: [Split] { [.validation] }
  public var words: [String]? { nil }
  public func loss(_ output: ModelOutput, _ block: TokenBlock) throws -> Tensor {
    try loss(output, block, temperature: nil)
  }
  public func targetCounts(_ block: TokenBlock) -> [Int] {
    guard case .tokens(let rows) = block.targets else { return [Int](repeating: 1, count: block.exampleCount) }
    return rows.map { $0.count { $0 >= 0 } }
  }

  /// A batch's share of the mean loss over all targets of its step, from one loss per example.
  public func mean(_ losses: Tensor, over batch: Batch) throws -> Tensor {
    let counts = targetCounts(try batch.input)
    let sums = counts.allSatisfy { $0 == 1 } ? losses : losses * Tensor(counts.map(Float.init))  // [examples]
    return sums.sum() / Float(max(batch.step.targets, 1))
  }
}

/// Turns predictions into numbers, batch by batch.
public protocol Metric: PredictionSpecific {
  mutating func update(_ output: ModelOutput, _ block: TokenBlock)
  /// The scores so far, by name; higher is better. The first is the task's headline.
  var scores: [(name: String, value: Double)] { get }
}
