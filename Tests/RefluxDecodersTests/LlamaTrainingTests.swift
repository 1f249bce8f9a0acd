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
    let trace = try TrainingTrace(fixture("\(name)/train.json"))
    let llama = try trace.follow(
      LlamaFixture(name).model(on: CPUBackend(threads: 2)),
      component("{ type: adamw, learning_rate: 0.001 }", from: [BasicsPlugin.self]),
      component("{ type: linear, warmup_steps: 3 }", from: [BasicsPlugin.self]), lossTolerance: 3e-5
    ) { model, samples in try model.loss(TokenBlock(samples: samples)) }
    for (name, tensor) in llama.parameters {
      let stats = try #require(trace.final(name))
      let length = try #require(stats["l2"]?.number)
      #expect(abs(tensor.doubles.reduce(0) { $0 + $1 * $1 }.squareRoot() - length) < 2e-6 * length + 1e-6, "\(name)")
    }
  }
}
