import RefluxCore
import RefluxTesting
import Testing

/// The supervised loss every task has, against torch's numbers in double precision.
@Suite struct LossTests {
  private let logits = Tensor([1, -2, 0.5, 0, 3, -1], [2, 3])
  private let classes = LogitTableTask(classes: [2, 1], of: 3)

  private func loss(_ task: LogitTableTask, _ logits: Tensor, _ temperature: Tensor? = nil) throws -> [Float] {
    try task.loss(ModelOutput(logits: logits), task.batch([0, 1]).input, temperature: temperature).floats
  }

  @Test func crossEntropyOfClasses() throws {
    #expect(largestDifference(try loss(classes, logits), [1.0045969, 0.0658839]) < 1e-6)
  }

  @Test func temperatureForAllOrEach() throws {
    #expect(largestDifference(try loss(classes, logits, Tensor(2)), [0.9441122, 0.3063557]) < 1e-6)
    #expect(largestDifference(try loss(classes, logits, Tensor([2, 0.5])), [0.9441122, 0.0028103]) < 1e-6)
  }

  @Test func squaredErrorOfScores() throws {
    let scores = LogitTableTask(scores: [1, -0.5])
    #expect(try loss(scores, Tensor([3, 0], [2, 1])) == [4, 0.25])
  }

  @Test func withoutLabels() {
    let block = TokenBlock(ids: [0], rows: RowOffsets(lengths: [1]))
    #expect(
      thrownMessage { try classes.loss(ModelOutput(logits: logits), block) }
        == "the task 'table' has no labels for some examples that are trained on")
  }
}
