import RefluxCore

/// Every example once per epoch, in an order.
private func plan(
  _ order: [Int], batchSize: Int, dropLast: Bool, _ data: SamplingContext
) throws -> [[PlannedBatch]] {
  var batches = order.chunked(by: batchSize)
  if dropLast, let last = batches.last, last.count < batchSize { batches.removeLast() }
  guard !batches.isEmpty else {
    throw RecipeError(
      "the data has \(data.count) examples, which fill no batch of \(batchSize); lower batch_size or set drop_last: false"
    )
  }
  return batches.map { PlannedBatch(new: $0) }.chunked(by: data.accumulation)
}

struct EpochSamplerOptions: ComponentOptions {
  @Option(
    "Examples per batch; with accumulation, a step has several batches.", in: 1...65536,
    aliases: Sampling.batchSizeAliases)
  var batchSize = 32
  @Option(
    "Whether to leave out an epoch's last batch when it is smaller than the others.",
    aliases: ["dataloader_drop_last"])
  var dropLast = false
}

struct Shuffled: Sampler {
  static let name = "shuffled"
  static let summary = "Every example once per epoch, in a fresh random order."
  typealias Options = EpochSamplerOptions

  let options: Options
  init(_ options: Options, _: inout BuildContext) { self.options = options }

  func plan(_ data: SamplingContext, epoch: Int) throws -> [[PlannedBatch]] {
    try RefluxBasics.plan(
      data.permutation(epoch: epoch), batchSize: options.batchSize, dropLast: options.dropLast, data)
  }
}

struct Sequential: Sampler {
  static let name = "sequential"
  static let summary = "Every example once per epoch, in the order of the data."
  typealias Options = EpochSamplerOptions

  let options: Options
  init(_ options: Options, _: inout BuildContext) { self.options = options }

  func plan(_ data: SamplingContext, epoch _: Int) throws -> [[PlannedBatch]] {
    try RefluxBasics.plan(Array(0..<data.count), batchSize: options.batchSize, dropLast: options.dropLast, data)
  }
}
