import RefluxCore

/// The logits of the new examples of the last optimizer step, found again by the examples' names.
///
/// Within a step parameters stand still, so a step's batches look at the step before. Only when an example is not there
/// (accumulated batches that are paired with each other) are earlier batches of the same step looked at.
struct LogitMemory {
  private struct Part {
    let examples: [ExampleID]
    let logits: Tensor  // [examples, …], without history

    func logits(of wanted: [ExampleID]) -> Tensor? {
      let places = Dictionary(zip(examples, 0...)) { $1 }
      let found = wanted.compactMap { places[$0] }
      return found.count == wanted.count ? logits.taking(found) : nil
    }
  }

  private var previous: Part?
  private var current: [Part] = []

  /// Keeps what the model says about new examples of the step that is going on.
  mutating func add(_ examples: [ExampleID], _ logits: Tensor) {
    if !examples.isEmpty { current.append(Part(examples: examples, logits: logits)) }
  }

  /// What was gathered in this step becomes what the next one is compared with.
  mutating func endStep() {
    previous =
      current.isEmpty
      ? nil : Part(examples: current.flatMap(\.examples), logits: .concatenated(current.map(\.logits)))
    current = []
  }

  /// The remembered logits in the order of `examples`; throws when one of them was not seen.
  func logits(of examples: [ExampleID]) throws -> Tensor {
    for part in [previous].compactMap({ $0 }) + current.reversed() {
      if let found = part.logits(of: examples) { return found }
    }
    let known = Set(([previous].compactMap { $0 } + current).flatMap(\.examples))
    let missing = examples.first { !known.contains($0) } ?? examples[0]
    throw RecipeError(
      "example \(missing.rawValue) is to be compared with its previous prediction, but the step before had no such new "
        + "example; the sampler must repeat exactly the new examples of the step before")
  }

  func state() -> RunState {
    guard let previous else { return .nothing }
    return .map([
      "examples": .list(previous.examples.map { .integer($0.rawValue) }), "logits": .tensor(previous.logits),
    ])
  }

  mutating func restore(_ state: RunState) throws {
    (previous, current) = (nil, [])
    guard !state.isNothing else { return }
    previous = Part(
      examples: try state.entry("examples").list().map { ExampleID(try $0.integer()) },
      logits: try state.entry("logits").tensor())
  }
}
