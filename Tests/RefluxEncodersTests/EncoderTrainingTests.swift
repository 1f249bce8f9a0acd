import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// Thirty steps of AdamW with warm-up and clipping, against PyTorch in double precision.
@Suite struct EncoderTrainingTests {
  @Test(arguments: EncoderFixture.all) func thirtySteps(_ fixture: EncoderFixture) throws {
    let trace = try JSON(contentsOf: RefluxTesting.fixture("\(fixture.folder)/train.json"))
    let (losses, norms) = (
      try #require(trace["f64"]?["loss"]).numbers, try #require(trace["f64"]?["grad_norm"]).numbers
    )
    let pool = try #require(trace["pool"]?.array)
    let batches = try #require(trace["batches"]?.array).map { $0.numbers.map { pool[Int($0)] } }
    var optimizer: any Optimizer = try component("{ type: adamw, learning_rate: 0.001 }", from: [BasicsPlugin.self])
    let schedule: any LearningRateSchedule = try component(
      "{ type: linear, warmup_steps: 3 }", from: [BasicsPlugin.self])
    var trained: any Module = try fixture.model(on: CPUBackend(threads: 2))
    var progress = Progress(totalSteps: batches.count)

    for (index, samples) in batches.enumerated() {
      let block = try TokenBlock(samples: samples)
      let labels = samples.compactMap { $0["labels"]?.integer }
      let model = try #require(trained as? any Model)
      let (loss, gradient) = try valueAndGradient(of: model) { crossEntropy(try $0.evaluated(block).logits, labels) }
      let norm = gradient.norm
      #expect(abs(Double(loss.item) - losses[index]) < 1e-5, "loss of step \(index)")
      #expect(abs(norm - norms[index]) < 1e-4 * norms[index], "gradient of step \(index)")
      optimizer.update(
        &trained, named: "student", along: gradient, rate: schedule.factor(progress),
        gradientScale: Float(min(1, 1 / (norm + 1e-6))))
      progress.step += 1
    }
    for (name, tensor) in trained.parameters where !fixture.isWithoutGradient(name) {
      let (stats, own) = (try TensorStats(trace["final_f64"]?[name]), TensorStats(of: tensor.doubles))
      #expect(abs(own.length - stats.length) < 2e-6 * stats.length + 1e-6, "\(name)")
      #expect(zip(own.first, stats.first).allSatisfy { abs($0 - $1) < 2e-5 }, "\(name)")
    }
  }
}
