import RefluxCore

/// A stage's optimizer steps by number, planned epoch by epoch.
///
/// Samplers are pure, so a resumed run asks for the step it stopped at and gets the one it would have taken.
struct StepSchedule {
  private let sampler: any Sampler
  private let context: SamplingContext
  /// The number of each epoch's first step; the last entry is one past the last step.
  private let starts: [Int]
  private var planned: (epoch: Int, steps: [[PlannedBatch]])

  /// - Throws: ``RecipeError`` when there is nothing to train on; whatever the sampler throws.
  init(_ plan: TrainPlan, data: any Dataset, named name: String, seed: UInt64) throws {
    guard data.count > 0 else { throw RecipeError("\(name) has no examples: there is nothing to train on") }
    sampler = plan.sampler
    context = SamplingContext(
      count: data.count, lengths: data.lengths, accumulation: plan.accumulation, seed: seed)
    var starts = [0]
    planned = (0, try sampler.plan(context, epoch: 0))
    for epoch in 0..<plan.epochs {
      let count = epoch == 0 ? planned.steps.count : try sampler.plan(context, epoch: epoch).count
      starts.append(starts[epoch] + count)
    }
    self.starts = starts
    guard starts[plan.epochs] > 0 else {
      throw RecipeError("the sampler makes no batch of the \(data.count) examples of \(name)")
    }
  }

  /// Where a fresh stage begins.
  func progress(maxSteps: Int?) -> Progress {
    let all = starts[starts.count - 1]
    return Progress(totalSteps: min(maxSteps ?? all, all), stepsPerEpoch: starts[1])
  }

  /// The batches of a step, counted from 0 through all epochs.
  mutating func step(_ number: Int) throws -> (epoch: Int, batches: [PlannedBatch]) {
    let epoch = (starts.lastIndex { $0 <= number } ?? 0)
    if epoch != planned.epoch { planned = (epoch, try sampler.plan(context, epoch: epoch)) }
    return (epoch, planned.steps[number - starts[epoch]])
  }
}
