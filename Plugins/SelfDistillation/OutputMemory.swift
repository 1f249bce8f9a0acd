import RefluxCore

/// What was said about the new examples of the last optimizer step, found again by the examples' names.
///
/// Within a step parameters stand still, so a step's batches look at the step before. Only when an example is not there
/// (accumulated batches that are paired with each other) are earlier batches of the same step looked at.
struct OutputMemory {
  /// What is kept of some examples.
  struct Entry {
    /// What the aligner keeps: classes' logits, or one map of the vocabulary per row.
    var summary: OutputSummary
    var losses: Tensor  // [examples]
    /// The mean entropy of each example's tokens, of a language model.
    var tokenEntropies: Tensor?  // [examples]

    func taking(_ examples: [Int]) -> Entry {
      Entry(
        summary: summary.taking(examples), losses: losses.taking(examples),
        tokenEntropies: tokenEntropies?.taking(examples))
    }

    static func concatenated(_ parts: [Entry]) -> Entry {
      let entropies = parts.compactMap(\.tokenEntropies)
      return Entry(
        summary: .concatenated(parts.map(\.summary)), losses: .concatenated(parts.map(\.losses)),
        tokenEntropies: entropies.isEmpty ? nil : .concatenated(entropies))
    }
  }

  private struct Part {
    let examples: [ExampleID]
    let entry: Entry

    func entry(of wanted: [ExampleID]) -> Entry? {
      let places = Dictionary(zip(examples, 0...)) { $1 }
      let found = wanted.compactMap { places[$0] }
      return found.count == wanted.count ? entry.taking(found) : nil
    }
  }

  private var previous: Part?
  private var current: [Part] = []

  /// Keeps what the model says about new examples of the step that is going on.
  mutating func add(_ examples: [ExampleID], _ entry: Entry) {
    if !examples.isEmpty { current.append(Part(examples: examples, entry: entry)) }
  }

  /// What was gathered in this step becomes what the next one is compared with.
  mutating func endStep() {
    previous =
      current.isEmpty
      ? nil : Part(examples: current.flatMap(\.examples), entry: .concatenated(current.map(\.entry)))
    current = []
  }

  /// What is remembered of `examples`, in their order; throws when one of them was not seen.
  func entry(of examples: [ExampleID]) throws -> Entry {
    for part in [previous].compactMap({ $0 }) + current.reversed() {
      if let found = part.entry(of: examples) { return found }
    }
    let known = Set(([previous].compactMap { $0 } + current).flatMap(\.examples))
    let missing = examples.first { !known.contains($0) } ?? examples[0]
    throw RecipeError(
      "example \(missing.rawValue) is to be compared with its previous prediction, but the step before had no such new "
        + "example; the sampler must repeat exactly the new examples of the step before")
  }

  func state() -> RunState {
    guard let previous else { return .nothing }
    let entry = previous.entry
    return .map([
      "examples": .list(previous.examples.map { .integer($0.rawValue) }), "logits": .tensor(entry.summary.logits),
      "lengths": .list(entry.summary.rows.lengths.map(RunState.integer)), "losses": .tensor(entry.losses),
      "entropies": entry.tokenEntropies.map(RunState.tensor) ?? .nothing,
    ])
  }

  mutating func restore(_ state: RunState) throws {
    (previous, current) = (nil, [])
    guard !state.isNothing else { return }
    let entropies = try state.entry("entropies")
    let lengths = try state.entry("lengths").list().map { try $0.integer() }
    previous = Part(
      examples: try state.entry("examples").list().map { ExampleID(try $0.integer()) },
      entry: Entry(
        summary: OutputSummary(try state.entry("logits").tensor(), rows: RowOffsets(lengths: lengths)),
        losses: try state.entry("losses").tensor(),
        tokenEntropies: entropies.isNothing ? nil : try entropies.tensor()))
  }
}
