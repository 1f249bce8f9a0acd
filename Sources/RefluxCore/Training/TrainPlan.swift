/// Everything one training stage needs.
public struct TrainPlan {
  public var objective: any Objective
  public var sampler: any Sampler
  /// Who moves which module: `student`, and `student.projection` too unless it has its own.
  public var learners: [String: Learner]
  /// `nil`: the task's training split.
  public var data: (any Dataset)?
  public var epochs: Int
  /// Stops earlier than `epochs` say; the schedule ends there.
  public var maxSteps: Int?
  /// Batches per optimizer step.
  public var accumulation: Int
  /// Longest allowed gradient.
  public var clipNorm: Float?
  public var evaluation: EvaluationPlan
  public var checkpoints: CheckpointPlan
  /// Whether the log has the length of each layer's gradient.
  public var logsLayerGradients: Bool

  public init(
    _ objective: any Objective, sampler: any Sampler, learners: [String: Learner], data: (any Dataset)? = nil,
    epochs: Int, maxSteps: Int? = nil, accumulation: Int = 1, clipNorm: Float? = nil,
    evaluation: EvaluationPlan = EvaluationPlan(), checkpoints: CheckpointPlan = CheckpointPlan(),
    logsLayerGradients: Bool = false
  ) {
    (self.objective, self.sampler, self.learners, self.data) = (objective, sampler, learners, data)
    (self.epochs, self.maxSteps, self.accumulation, self.clipNorm) = (epochs, maxSteps, accumulation, clipNorm)
    (self.evaluation, self.checkpoints) = (evaluation, checkpoints)
    self.logsLayerGradients = logsLayerGradients
  }
}

/// When a stage is scored on the task's evaluation splits, and which weights it ends with.
public struct EvaluationPlan: Sendable {
  /// Optimizer steps between evaluations.
  public var everySteps: Int?
  /// Whether the end of each epoch is an occasion too.
  public var everyEpoch: Bool
  /// Whether the stage ends with the weights that scored best instead of the last ones.
  public var loadsBest: Bool
  /// The score that tells a better model from a worse one; `nil`: the task's first.
  public var bestScore: String?
  public init(everySteps: Int? = nil, everyEpoch: Bool = true, loadsBest: Bool = false, bestScore: String? = nil) {
    (self.everySteps, self.everyEpoch, self.loadsBest) = (everySteps, everyEpoch, loadsBest)
    self.bestScore = bestScore
  }

  public func isDue(_ progress: Progress) -> Bool {
    (everyEpoch && progress.endsEpoch) || (everySteps.map(progress.step.isMultiple(of:)) ?? false)
  }
}

/// When a stage is saved, and how many checkpoints are kept besides the best.
public struct CheckpointPlan: Sendable {
  public var every: SaveInterval?
  public var keep: Int
  public init(every: SaveInterval? = nil, keep: Int = 2) { (self.every, self.keep) = (every, keep) }
}

/// Optimizer steps (`500`) or time (`90s`, `10m`, `2h`) between checkpoints.
public enum SaveInterval: Sendable, Equatable, OptionValue {
  case steps(Int), seconds(Double)

  public static var typeName: String { "steps, or a time such as 10m" }

  public init(_ node: RecipeNode, _: OptionScope) throws {
    let wanted = "steps above 0, or a time such as 90s, 10m or 2h"
    let text = try node.scalar(wanted)
    let unit: Double? =
      switch text.last {
      case "s": 1
      case "m": 60
      case "h": 3600
      default: nil
      }
    if let steps = Int(text), steps > 0 {
      self = .steps(steps)
    } else if let unit, let count = Double(text.dropLast()), count > 0, count.isFinite {
      self = .seconds(count * unit)
    } else {
      throw RecipeError("wants \(wanted), but is \(node.kind)", at: node.mark)
    }
  }
}
