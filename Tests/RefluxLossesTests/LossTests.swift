import RefluxCore
import RefluxLosses
import RefluxTesting
import Testing

@Suite("Losses of two predictions")
struct LossTests {
  private let teacher: [Float] = [2.0, 0.5, -1.0, 0.1, 0.2, 0.3]
  private let student: [Float] = [1.5, 1.0, -0.5, 0.0, 0.4, 0.1]

  private func losses(
    _ recipe: String, temperature: Float = 1, student: [Float]? = nil, teacher: [Float]? = nil
  ) throws -> [Float] {
    let loss = try component(recipe, as: (any DistillationLoss).self, from: [LossesPlugin.self])
    let (now, then) = (student ?? self.student, teacher ?? self.teacher)
    let pair = AlignedPair(
      student: ModelOutput(logits: Tensor(now, [2, now.count / 2])),
      teacher: ModelOutput(logits: Tensor(then, [2, then.count / 2])), weights: .ones([2]))
    return try loss(pair, Knobs(weight: Tensor(1), temperature: Tensor(temperature))).floats
  }

  // Fixture A of the method cards, times the squared temperature.
  @Test func divergence() throws {
    #expect(largestDifference(try losses("kl", temperature: 2), [4 * 0.030845655, 4 * 0.0037101286]) < 1e-6)
    let mean: Float = try losses("kl").reduce(0, +) / 2
    #expect(abs(mean - 0.05722390) < 1e-6)
  }

  @Test func elementMeanDividesByTheClasses() throws {
    let (sum, mean) = (try losses("kl"), try losses("{ type: kl, reduction: element-mean }"))
    #expect(largestDifference(sum, mean.map { $0 * 3 }) < 1e-7)
  }

  @Test func softCrossEntropyIsDivergencePlusEntropy() throws {
    let soft = try losses("{ type: kl, form: soft-ce }", temperature: 2)
    let mean: Float = soft.reduce(0, +) / 8
    #expect(abs(mean - 1.033331995) < 1e-6)
    let divergence = try losses("kl", temperature: 2)
    let entropy: Float = (soft.reduce(0, +) - divergence.reduce(0, +)) / 8
    #expect(abs(entropy - 1.016054104) < 1e-6)
  }

  @Test func squaredErrorOfLogits() throws {
    let mean: Float = try losses("mse").reduce(0, +) / 2
    #expect(abs(mean - 0.14) < 1e-6)
    let element = try losses("{ type: kl, form: logit-mse, reduction: element-mean }", temperature: 7)
    #expect(largestDifference(element, try losses("mse")) < 1e-7)
  }

  @Test func shiftedLogitsSayTheSame() throws {
    let shifted = zip(student, [5, 5, 5, -3, -3, -3] as [Float]).map { $0 + $1 }
    #expect(largestDifference(try losses("kl", student: shifted), try losses("kl")) < 1e-6)
    #expect(try losses("kl", student: teacher).allSatisfy { abs($0) < 1e-7 })
  }

  // R12: T² KL tends to (1 / 2C) of the squared centred differences.
  @Test func hotDivergenceTendsToSquaredDifferences() throws {
    let hot = try losses("kl", temperature: 30)
    #expect(abs(hot[0] - 0.111111) < 0.111111 * 0.05)
    #expect(abs(hot[1] - 0.014444) < 0.014444 * 0.05)
  }

  @Test(arguments: [0.1, 1, 20] as [Float]) func impossibleClassesGiveNoNaN(temperature: Float) throws {
    for form in ["kl", "{ type: kl, form: soft-ce }"] {
      let losses = try losses(
        form, temperature: temperature, student: [-800, 800, 0, 0, 0, 0], teacher: [800, 0, -800, 900, -900, 0])
      #expect(losses.allSatisfy { $0.isFinite })
    }
  }

  @Test func outputsMustBeAsMany() throws {
    let loss = try component("kl", as: (any DistillationLoss).self, from: [LossesPlugin.self])
    #expect(
      thrownMessage { try loss.check(student: LogitTable([[0, 0]]).card, teacher: LogitTable([[0, 0, 0]]).card) }
        == "the teacher has 3 outputs and the student 2")
  }
}
