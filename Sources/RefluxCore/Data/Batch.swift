/// Examples that go through the model together: one batch of an optimizer step.
///
/// A step may be cut into several batches (gradient accumulation). An objective divides sums by the *step's* totals,
/// and the loop adds the batches' losses and gradients up, so a step means the same however it is cut.
public struct Batch {
  public var examples: [ExampleID]
  /// How many of `examples`, from the first, are the repeated (matched) ones; see `PlannedBatch`.
  public var matchedCount: Int
  /// What models read, by name; most batches have `input` alone.
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

  /// The tokens of a name.
  ///
  /// - Throws: `RecipeError` if the data has none of that name.
  public func block(_ name: String) throws -> TokenBlock {
    guard let block = blocks[name] else {
      throw RecipeError("this objective needs '\(name)' in every batch; the data has: \(blocks.keys.sorted())")
    }
    return block
  }
  /// The tokens that every batch has.
  public var input: TokenBlock { get throws { try block("input") } }
}

/// Tokenized examples that can be fetched in any grouping.
public protocol Dataset {
  var count: Int { get }
  /// Tokens of each example.
  var lengths: [Int] { get }
  /// The examples at some places, together.
  func batch(_ indices: [Int]) throws -> Batch
}
