/// A scalar to differentiate and the named parts it is made of, for the log.
///
/// A batch of a step reports its share: sums divided by the step's totals (``Batch/step``). The loop adds the shares.
/// The parts stay tensors: reading one as a number would make the device wait.
public struct LossReport {
  public typealias Part = (name: String, value: Tensor, combination: StepLog.Combination)

  public private(set) var total: Tensor
  public private(set) var parts: [Part]

  /// A total of `weight · value`; the part is logged unweighted.
  public init(_ name: String, _ value: Tensor, weight: Float = 1) {
    (total, parts) = (weight == 1 ? value : value * weight, [(name, value.detached, .sum)])
  }

  /// Adds `weight · value` to the total; the part is logged unweighted.
  public mutating func add(_ name: String, _ value: Tensor, weight: Float = 1) {
    total += weight == 1 ? value : value * weight
    parts.append((name, value.detached, .sum))
  }

  /// The report without the total's history, which would keep every activation alive during the backward pass.
  public var detached: LossReport {
    var report = self
    report.total = total.detached
    return report
  }

  /// A number for the log only: a batch's share of a sum, or an extreme of its examples.
  public mutating func note(_ name: String, _ value: Tensor, _ combination: StepLog.Combination = .sum) {
    parts.append((name, value.detached, combination))
  }
}

extension LossReport {
  /// Notes the weights, temperatures and further numbers of some of a step's examples: means, and the temperatures' range.
  ///
  /// `count` examples of this batch share the knobs; the step has `total` of them.
  public mutating func note(_ knobs: Knobs, examples count: Int, of total: Int) {
    func share(_ value: Tensor) -> Tensor {
      value.rank == 0 ? value * (Float(count) / Float(total)) : value.sum() / Float(total)
    }
    note("weight", share(knobs.weight))
    note("temperature", share(knobs.temperature))
    let (temperatures, backend) = (knobs.temperature.floats, knobs.temperature.backend)
    note("temperature_min", Tensor(temperatures.min() ?? .nan, on: backend), .minimum)
    note("temperature_max", Tensor(temperatures.max() ?? .nan, on: backend), .maximum)
    for (name, value) in knobs.notes { note(name, share(value)) }
  }
}
