/// A whole training program: which stages run, in which order, on which data.
///
/// Written as ordinary code against a ``Runner``. Whatever the runner does has a name: when a run is resumed the code
/// runs again from the top, and what is finished is read back instead of being done again.
public protocol Strategy: Component {
  /// The splits that it reads besides the training rows and those that are scored; they must be there before anything is
  /// loaded. Default: none.
  var splits: [Split] { get }
  func run(_ runner: any Runner) throws
}

extension Strategy {
  public var splits: [Split] { [] }
}

/// What a strategy can ask for; `RefluxTrain.Run` does the work, tests use a fake that only takes notes.
///
/// Names are unique within a run; doing something twice under one name is a mistake in the strategy.
public protocol Runner: AnyObject {
  var modules: ModuleSet { get set }
  var task: any Task { get }
  /// Derive streams from it by name: `RandomSource(seed: runner.seed, "round", 2)`.
  var seed: UInt64 { get }

  /// Trains with an objective and returns it, with whatever it remembers; the updated models are left in `modules`.
  ///
  /// The result is scored on the task's evaluation splits, so a strategy need not do that.
  @discardableResult func train(_ name: String, _ plan: TrainPlan) throws -> any Objective
  /// Scores a way of answering on a split; the first score is the task's headline.
  @discardableResult func evaluate(
    _ name: String, on split: Split, _ predict: Predictor
  ) throws -> [(name: String, value: Double)]
  /// The answers to every example of some data, in order.
  func predict(_ name: String, on data: any Dataset, _ predict: Predictor) throws -> [ExampleAnswer]
  /// What the student writes after each prompt, `samples` times: in the prompts' order, and none after a prompt that
  /// leaves no room for text.
  ///
  /// What is written so far is stored, batch by batch, so that a resumed run goes on in the middle. End tokens, seed and
  /// batch size are the runner's; each sample draws from a stream of its own.
  func generate(
    _ name: String, after prompts: [String], samples: Int, _ options: GenerationOptions
  ) throws -> [[WrittenText]]
  /// A split of the task, tokenized; read once.
  func dataset(_ split: Split) throws -> any Dataset
  /// Tokenizes examples that code has made (usually: chosen or generated). They are stored with the run, so that `body`
  /// does not run again when the run is resumed.
  func makeDataset(_ name: String, _ body: () throws -> [Example]) throws -> any Dataset
  /// Writes numbers into the run's results: what a round kept, how often it was right.
  func record(_ name: String, _ values: [(name: String, value: RecordedValue)]) throws
  /// Writes a table beside the results, one JSON object per row: which examples a round kept, and why.
  func record(_ name: String, rows: [[(name: String, value: RecordedValue)]]) throws
  /// Tells the person who runs this something they should know.
  func note(_ text: String) throws
}

/// What a model wrote after a prompt.
public struct WrittenText: Sendable, Equatable {
  /// With the space that stands between it and the prompt.
  public var text: String
  /// Whether it came to an end by itself, and not because it was as long as was allowed.
  public var isFinished: Bool
  public init(_ text: String, isFinished: Bool = true) { (self.text, self.isFinished) = (text, isFinished) }
}

/// A result of a strategy, or a cell of a table that it writes.
public enum RecordedValue: Sendable, Equatable {
  case text(String), integer(Int), number(Double), flag(Bool)

  /// A count or any other number as one; `nil` for what is none.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag: nil
    }
  }
}

/// A way of answering, such as an objective's ``Objective/predict(_:_:_:)``.
public typealias Predictor = (TokenBlock, ModuleSet, inout ForwardPass) throws -> ModelOutput
