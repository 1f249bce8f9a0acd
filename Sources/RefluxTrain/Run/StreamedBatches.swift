import RefluxCore

/// The batches of other splits by number: epoch after epoch of what the sampler plans, one step's first batch each.
final class StreamedBatches {
  private let plan: TrainPlan
  private let seed: UInt64
  private let open: (Split) throws -> any Dataset
  private var sources: [Split: (data: any Dataset, epoch: Int, first: Int, steps: [[PlannedBatch]])] = [:]

  init(_ plan: TrainPlan, seed: UInt64, _ open: @escaping (Split) throws -> any Dataset) {
    (self.plan, self.seed, self.open) = (plan, seed, open)
  }

  func batch(_ split: Split, _ number: Int) throws -> Batch {
    var source = try sources[split] ?? begun(split)
    while number >= source.first + source.steps.count {
      source = (
        source.data, source.epoch + 1, source.first + source.steps.count,
        try steps(source.data, split, epoch: source.epoch + 1)
      )
    }
    sources[split] = source
    return try StepBatches([source.steps[number - source.first][0]], from: source.data).batches[0]
  }

  private func begun(_ split: Split) throws -> (data: any Dataset, epoch: Int, first: Int, steps: [[PlannedBatch]]) {
    let data = try open(split)
    guard data.count > 0 else { throw RecipeError("the \(split.rawValue) split has no examples") }
    return (data, 0, 0, try steps(data, split, epoch: 0))
  }

  private func steps(_ data: any Dataset, _ split: Split, epoch: Int) throws -> [[PlannedBatch]] {
    var random = RandomSource(seed: seed, "stream \(split.rawValue)")
    let context = SamplingContext(count: data.count, lengths: data.lengths, seed: random.next())
    let steps = try plan.sampler.plan(context, epoch: epoch).filter { !$0.isEmpty }
    guard !steps.isEmpty else { throw RecipeError("the sampler makes no batch of the \(split.rawValue) split") }
    return steps
  }
}
