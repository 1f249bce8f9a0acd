import RefluxCore

/// Short rows of token ids in two classes: those that hold token 7, and the others.
struct TinyTask: Task {
  static let name = "tiny"
  static let summary = "Rows of token ids, for tests."
  struct Options: ComponentOptions {
    @Option("Training examples.") var examples = 40
    @Option("Examples to score on.") var validation = 12
    @Option("Whether there is a split to score on.") var scored = true
    @Option("Tokens of every example, instead of 5 to 11.") var length: Int? = nil
    @Option("A training example whose loss is infinite.") var poison: Int? = nil
  }

  /// No other example has this token.
  private static let poison: Int32 = 29

  let options: Options
  init(_ options: Options, _: inout BuildContext) { self.options = options }

  var prediction: PredictionKind { .classes(["without", "with"]) }
  var evaluationSplits: [Split] { options.scored ? [.validation] : [] }

  func examples(_ split: Split) throws -> [Example] {
    let count = split == .train ? options.examples : options.validation
    return (0..<count).map { index in
      var random = RandomSource(seed: 11, split.rawValue, index)
      let length = (options.length ?? 5 + Int(random.next() % 7)) - 2
      var ids = (0..<length).map { _ in Int32(8 + random.next() % 20) }
      let isPositive = random.next().isMultiple(of: 2)
      if isPositive { ids[Int(random.next() % UInt64(length))] = 7 }
      let end: [Int32] = split == .train && index == options.poison ? [Self.poison, 3] : [3]
      return Example(rows: [.tokens(ids: [2] + ids + end)], label: .category(isPositive ? 1 : 0))
    }
  }

  func metrics() -> [any Metric] { [TinyAccuracy()] }

  func loss(_ output: ModelOutput, _ block: TokenBlock, temperature: Tensor?) throws -> Tensor {
    guard case .classes(let labels)? = block.targets else { throw RecipeError("rows without labels have no loss") }
    let chosen = labels.flatMap { label in (0..<2).map { Float($0 == label ? 1 : 0) } }
    let logits = temperature.map { output.logits / $0.reshaped($0.shape + [1]) } ?? output.logits
    let losses = -(logits.logSoftmax() * Tensor(chosen, [labels.count, 2], on: logits.backend)).sum([-1])
    guard block.ids.contains(Self.poison) else { return losses }
    return losses / Tensor(labels.map { _ in 0 }, on: logits.backend)
  }
}

struct TinyAccuracy: Metric {
  static let name = "tiny-accuracy"
  static let summary = "Share of right answers, for tests."
  static let suits: Set<PredictionForm> = [.classes]
  private var (right, all) = (0, 0)
  init() {}
  init(_: NoOptions, _: inout BuildContext) {}

  mutating func update(_ output: ModelOutput, _ block: TokenBlock) {
    guard case .classes(let labels)? = block.targets else { return }
    right += zip(output.logits.argmax(), labels).count { $0 == $1 }
    all += labels.count
  }
  var scores: [(name: String, value: Double)] { [("accuracy", Double(right) / Double(max(all, 1)))] }
}

enum TinyPlugin: Plugin {
  static let name = "tiny"
  static func register(in registry: inout Registry) {
    registry.add(task: TinyTask.self)
    registry.add(strategy: Rounds.self)
  }
}
