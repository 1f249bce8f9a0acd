/// Measures how far the student is from the teacher.
///
/// Returns one value per example of the pair. Weighting and averaging are done by the objective, so that per-example
/// weights work with every loss.
public protocol DistillationLoss: Component {
  /// Intermediate results the two models must keep for this loss.
  var wants: ForwardPass.Wants { get }
  func callAsFunction(_ pair: AlignedPair, _ knobs: Knobs) throws -> Tensor  // [examples]
  /// Throws if the two models cannot be compared this way. Called once, before training.
  func check(student: ModelCard, teacher: ModelCard) throws
}
extension DistillationLoss {
  public var wants: ForwardPass.Wants { [] }
  public func check(student: ModelCard, teacher: ModelCard) throws {
    guard student.outputs == teacher.outputs else {
      throw RecipeError("the teacher has \(teacher.outputs) outputs and the student \(student.outputs)")
    }
  }
}

extension DistillationLoss {
  /// One value per example, `[examples]`: the mean over its rows where an example has several.
  public func perExample(_ pair: AlignedPair, _ knobs: Knobs) throws -> Tensor {
    guard let rows = pair.rows else { return try self(pair, knobs) }
    let owners = rows.owners
    let weights = pair.weights.rank == 0 ? pair.weights : pair.weights.taking(owners)
    let losses = try self(
      AlignedPair(student: pair.student, teacher: pair.teacher, weights: weights), knobs.spread(over: owners))
    return rows.means(of: losses)
  }
}

/// Two outputs whose examples correspond one to one.
public struct AlignedPair {
  public var student: ModelOutput
  public var teacher: ModelOutput
  public var weights: Tensor  // [examples]; 0 drops one
  /// Which rows of the logits are about which example; `nil`: one about each.
  public var rows: RowOffsets?
  public init(student: ModelOutput, teacher: ModelOutput, weights: Tensor, rows: RowOffsets? = nil) {
    (self.student, self.teacher, self.weights, self.rows) = (student, teacher, weights, rows)
  }
}
