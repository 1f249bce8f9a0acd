import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// Thirty steps of AdamW with warm-up and clipping, against PyTorch in double precision.
@Suite struct BertTrainingTests {
  @Test func thirtySteps() throws {
    let backend = CPUBackend(threads: 2)
    let trace = try JSON(contentsOf: fixture("bert/train.json"))
    let (losses, norms) = (
      try #require(trace["f64"]?["loss"]).numbers, try #require(trace["f64"]?["grad_norm"]).numbers
    )
    let pool = try #require(trace["pool"]?.array)
    let batches = try #require(trace["batches"]?.array).map { $0.numbers.map { pool[Int($0)] } }
    var optimizer: any Optimizer = try component("{ type: adamw, learning_rate: 0.001 }", from: [BasicsPlugin.self])
    let schedule: any LearningRateSchedule = try component(
      "{ type: linear, warmup_steps: 3 }", from: [BasicsPlugin.self])
    var bert: any Module = try model(of: "bert/model", on: backend)
    var progress = Progress(totalSteps: batches.count)

    for (index, samples) in batches.enumerated() {
      let block = try TokenBlock(samples: samples)
      let labels = samples.compactMap { $0["labels"]?.integer }
      let model = try #require(bert as? any Model)
      let (loss, gradient) = try valueAndGradient(of: model) { crossEntropy(try $0.evaluated(block).logits, labels) }
      let norm = gradient.norm
      #expect(abs(Double(loss.item) - losses[index]) < 1e-5, "loss of step \(index)")
      #expect(abs(norm - norms[index]) < 1e-4 * norms[index], "gradient of step \(index)")
      optimizer.update(
        &bert, named: "student", along: gradient, rate: schedule.factor(progress),
        gradientScale: Float(min(1, 1 / (norm + 1e-6))))
      progress.step += 1
    }
    for (name, tensor) in bert.parameters where !name.hasSuffix("key.bias") {
      let stats = try #require(trace["final_f64"]?[name])
      let length = try #require(stats["l2"]?.number)
      #expect(abs(tensor.doubles.reduce(0) { $0 + $1 * $1 }.squareRoot() - length) < 2e-6 * length + 1e-6, "\(name)")
      let first = tensor.doubles.prefix(3)
      #expect(zip(first, try #require(stats["first"]).numbers).allSatisfy { abs($0 - $1) < 2e-5 }, "\(name)")
    }
  }
}

extension TokenBlock {
  /// From samples with `input_ids` and `token_type_ids`.
  init(samples: [JSON]) throws {
    func rows(_ key: String) throws -> [[Int32]] {
      try samples.map { try #require($0[key]).numbers.map { Int32($0) } }
    }
    let ids = try rows("input_ids")
    self.init(
      ids: ids.flatMap { $0 }, segments: try rows("token_type_ids").flatMap { $0 },
      rows: RowOffsets(lengths: ids.map(\.count)))
  }
}
