import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Thirty steps of AdamW with warm-up and clipping, against PyTorch in double precision.
@Suite struct LlamaTrainingTests {
  @Test(arguments: LlamaFixture.all) func thirtySteps(_ name: String) throws {
    let backend = CPUBackend(threads: 2)
    let trace = try JSON(contentsOf: fixture("\(name)/train.json"))
    let (losses, norms) = (
      try #require(trace["f64"]?["loss"]).numbers, try #require(trace["f64"]?["grad_norm"]).numbers
    )
    let pool = try #require(trace["pool"]?.array)
    let batches = try #require(trace["batches"]?.array).map { $0.numbers.map { pool[Int($0)] } }
    var optimizer: any Optimizer = try component("{ type: adamw, learning_rate: 0.001 }", from: [BasicsPlugin.self])
    let schedule: any LearningRateSchedule = try component(
      "{ type: linear, warmup_steps: 3 }", from: [BasicsPlugin.self])
    var llama: any Module = try LlamaFixture(name).model(on: backend)
    var progress = Progress(totalSteps: batches.count)

    for (index, samples) in batches.enumerated() {
      let block = try TokenBlock(samples: samples)
      let model = try #require(llama as? any Model)
      let (loss, gradient) = try valueAndGradient(of: model) { try $0.loss(block) }
      let norm = gradient.norm
      #expect(abs(Double(loss.item) - losses[index]) < 3e-5, "loss of step \(index)")
      #expect(abs(norm - norms[index]) < 1e-4 * norms[index], "gradient of step \(index)")
      optimizer.update(
        &llama, named: "student", along: gradient, rate: schedule.factor(progress),
        gradientScale: Float(min(1, 1 / (norm + 1e-6))))
      progress.step += 1
    }
    for (name, tensor) in llama.parameters {
      let stats = try #require(trace["final_f64"]?[name])
      let length = try #require(stats["l2"]?.number)
      #expect(abs(tensor.doubles.reduce(0) { $0 + $1 * $1 }.squareRoot() - length) < 2e-6 * length + 1e-6, "\(name)")
    }
  }
}
