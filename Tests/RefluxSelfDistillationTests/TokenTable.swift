import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// A language model whose parameters are its logits: row `i` of a block (all of its ids are `i`) is answered with the
/// logits of example `i`, position by position.
struct TokenTable: Model {
  static let name = "token-table"
  static let summary = "Answers from a table of logits."
  var logits: Tensor  // [examples · positions, vocabulary]
  let positions: Int
  var card: ModelCard

  /// `[examples][positions][vocabulary]`.
  init(_ examples: [[[Float]]]) {
    (positions, card) = (
      examples[0].count,
      ModelCard(
        .decoder, type: "table", layers: 0, hiddenSize: 0, vocabularySize: examples[0][0].count, maxPositions: 99,
        outputs: examples[0][0].count)
    )
    logits = Tensor(examples.flatMap { $0.flatMap { $0 } }, [examples.count * positions, card.vocabularySize])
  }
  init(_: NoOptions, _: inout BuildContext) { self.init([[[0, 0]]]) }

  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("logits", &logits) }
  func save(to _: String) {}
  func saveConfiguration(to _: String) {}

  func callAsFunction(_ input: TokenBlock, _: inout ForwardPass) throws -> ModelOutput {
    guard case .tokens(let targets)? = input.targets else { throw RecipeError("the table needs targets") }
    var (places, lengths, wanted) = ([Int](), [Int](), [Int]())
    for row in 0..<input.rowCount {
      let asked = targets[row].indices.filter { targets[row][$0] >= 0 }
      let example = Int(input.ids[input.rows[row].lowerBound])
      places += asked.map { example * positions + $0 }
      wanted += asked.map { targets[row][$0] }
      lengths.append(asked.count)
    }
    let width = card.vocabularySize
    let identity = (0..<width * width).map { Float($0 / width == $0 % width ? 1 : 0) }
    return ModelOutput(
      tokens: TokenPredictions(
        hidden: logits.taking(places), head: Tensor(identity, [width, width]), rows: RowOffsets(lengths: lengths),
        targets: wanted))
  }
}

struct TextTask: Task {
  static let name = "text"
  static let summary = "Text, and has no data."
  let prediction = PredictionKind.text
  init() {}
  init(_: NoOptions, _: inout BuildContext) {}
  func examples(_: Split) -> [Example] { [] }
  func metrics() -> [any Metric] { [] }
}

/// Puts an objective through steps of text: `targets` of each example by position, negative for none.
struct TextBench {
  var objective: any Objective
  var student: TokenTable
  var targets: [[Int]]
  private var progress = Progress(totalSteps: 100, stepsPerEpoch: 10)

  init(_ recipe: String, _ student: TokenTable, _ targets: [[Int]]) throws {
    objective = try component(recipe, as: (any Objective).self, from: plugins)
    (self.student, self.targets) = (student, targets)
  }

  mutating func step(matched: [Int] = [], new: [Int]) throws -> (numbers: [String: Double], gradient: [Double]) {
    let examples = matched + new
    let length = targets[0].count
    var block = TokenBlock(
      ids: examples.flatMap { [Int32](repeating: Int32($0), count: length) },
      rows: RowOffsets(lengths: examples.map { _ in length }))
    block.targets = .tokens(examples.map { targets[$0] })
    var batch = Batch(examples.map(ExampleID.init), matchedCount: matched.count, input: block)
    batch.step = (examples.count, matched.count, examples.reduce(0) { $0 + targets[$1].count { $0 >= 0 } })
    var modules = ModuleSet()
    modules["student"] = student
    let turn = objective.turns(progress)[0]
    let (report, gradients) = try modules.valueAndGradient(of: ["student"]) { tracked in
      var step = StepContext(
        tracked, TextTask(), progress, ForwardPass(training: true),
        BatchStreams { _, _ in throw RecipeError("no data") })
      let report = try objective.loss(turn, batch, &step)
      return (report.total, report.detached)
    }
    progress.step += 1
    try objective.stepEnded(progress)
    var log = StepLog()
    log.add(report, of: turn)
    return (
      Dictionary(uniqueKeysWithValues: log.numbers.map { ($0.name, $0.value) }),
      (gradients["student"]?["logits"]?.floats ?? []).map(Double.init)
    )
  }
}
