import RefluxCore

/// Each step repeats the new examples of the one before: `[a] [a b] [b c] [c d] …` (Shen et al., 2022).
///
/// With gradient accumulation the unit is the optimizer step, because the parameters stand still within one: all of a
/// step's new examples come back in the next, cut into its batches alike.
struct CarryOver: Sampler {
  static let name = "carry-over"
  static let canRepeat = true
  static let summary = "Each step repeats the new examples of the one before (DLB, DynSDPB)."
  enum Order: String, OptionChoice { case random, sequential }
  enum BatchCounts: String, OptionChoice { case total, newOnly = "new-only" }
  enum EpochBoundary: String, OptionChoice { case carry, reset }
  enum Pairing: String, OptionChoice { case optimizerStep = "optimizer-step", microBatch = "micro-batch" }
  struct Options: ComponentOptions {
    @Option(
      "Examples per batch; batch_counts says which are counted.", in: 1...65536,
      aliases: Sampling.batchSizeAliases)
    var batchSize = 32
    @Option("total: repeated and new examples, half each (DynSDPB); new-only: the new ones (DLB's code).")
    var batchCounts = BatchCounts.total
    @Option("random: a fresh permutation in each epoch; sequential: the order of the data.") var order = Order.random
    @Option(
      "carry: an epoch begins by repeating the last examples of the one before, as DLB's code; reset: it does not.")
    var epochBoundary = EpochBoundary.carry
    @Option(
      "What accumulated batches repeat: the optimizer step before, or (of no use but to compare) the batch before.")
    var pairing = Pairing.optimizerStep
    @Option("Whether to leave out an epoch's last new examples when they are fewer than a batch has.")
    var dropLast = false

    func validate() throws {
      if batchCounts == .total && !batchSize.isMultiple(of: 2) {
        throw RecipeError(
          "batch_size must be even, half repeated and half new, but is \(batchSize); or set batch_counts: new-only")
      }
    }
  }

  let options: Options
  init(_ options: Options, _: inout BuildContext) { self.options = options }

  private var newPerBatch: Int { options.batchCounts == .total ? options.batchSize / 2 : options.batchSize }

  func plan(_ data: SamplingContext, epoch: Int) throws -> [[PlannedBatch]] {
    let unit = options.pairing == .optimizerStep ? newPerBatch * data.accumulation : newPerBatch
    let groups = try newGroups(data, epoch, size: unit)
    let carries = epoch > 0 && options.epochBoundary == .carry
    let first = carries ? try newGroups(data, epoch - 1, size: unit).last ?? [] : []
    let pairs = zip([first] + groups, groups).map { PlannedBatch(matched: $0, new: $1) }
    return options.pairing == .optimizerStep
      ? pairs.map { $0.cut(matchedPerBatch: newPerBatch, newPerBatch: newPerBatch) }
      : pairs.chunked(by: data.accumulation)
  }

  /// The new examples of an epoch in order, `size` at a time.
  private func newGroups(_ data: SamplingContext, _ epoch: Int, size: Int) throws -> [[Int]] {
    var order = options.order == .random ? data.permutation(epoch: epoch) : Array(0..<data.count)
    if options.dropLast { order.removeLast(order.count % newPerBatch) }
    guard !order.isEmpty else {
      throw RecipeError(
        "the data has \(data.count) examples, which fill no batch of \(newPerBatch) new ones; "
          + "lower batch_size or set drop_last: false")
    }
    return order.chunked(by: size)
  }
}
