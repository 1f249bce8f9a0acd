import RefluxCore

/// Compares what two language models say at the same positions, each position as one prediction of a class.
///
/// The logits of some positions exist at a time, in the backward pass too, where they are worked out again:
/// `[positions, vocabulary]` is never there as a whole (Chen et al., 2016).
struct TokenComparison {
  let loss: any DistillationLoss
  /// Logits of one model that may exist at a time.
  var chunk = 1 << 22

  /// One value per row, the mean over its positions: `[rows]`; 0 for a row without any.
  func callAsFunction(_ student: TokenPredictions, _ teacher: TokenPredictions, _ knobs: Knobs) throws -> Tensor {
    let (owners, size) = (student.rows.owners, max(1, chunk / max(student.vocabularySize, 1)))
    let failure = Failure()
    let parts = stride(from: 0, to: owners.count, by: size).map { start in
      let range = start..<min(start + size, owners.count)
      let knobs = knobs.spread(over: Array(owners[range]))
      let taught = teacher.hidden.sliced(range)
      return recomputing(Head(weight: student.head), student.hidden.sliced(range)) { head, hidden in
        let pair = AlignedPair(
          student: ModelOutput(logits: hidden.linear(head.weight)),
          teacher: ModelOutput(logits: taught.linear(teacher.head)),
          weights: Tensor([Float](repeating: 1, count: range.count), on: hidden.backend))
        return failure.kept { try loss(pair, knobs) } ?? hidden.sum([-1])
      }
    }
    if let error = failure.error { throw error }
    return student.rowMeans(parts.isEmpty ? Tensor([], [0], on: student.hidden.backend) : .concatenated(parts))
  }
}

/// The output head as something that may be tracked.
private struct Head: Module {
  var weight: Tensor  // [vocabulary, hiddenSize]
  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("weight", &weight) }
}

/// Carries an error out of a closure that must not throw.
private final class Failure {
  private(set) var error: (any Error)?
  func kept(_ body: () throws -> Tensor) -> Tensor? {
    do { return try body() } catch {
      self.error = error
      return nil
    }
  }
}
