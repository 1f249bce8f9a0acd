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
    let trace = try TrainingTrace(RefluxTesting.fixture("\(fixture.folder)/train.json"))
    let trained = try trace.follow(
      fixture.model(on: CPUBackend(threads: 2)),
      component("{ type: adamw, learning_rate: 0.001 }", from: [BasicsPlugin.self]),
      component("{ type: linear, warmup_steps: 3 }", from: [BasicsPlugin.self]), lossTolerance: 1e-5
    ) { model, samples in
      let labels = samples.compactMap { $0["labels"]?.integer }
      return crossEntropy(try model.evaluated(TokenBlock(samples: samples)).logits, labels)
    }
    for (name, tensor) in trained.parameters where !fixture.isWithoutGradient(name) {
      let (stats, own) = (try TensorStats(trace.final(name)), TensorStats(of: tensor.doubles))
      #expect(abs(own.length - stats.length) < 2e-6 * stats.length + 1e-6, "\(name)")
      #expect(zip(own.first, stats.first).allSatisfy { abs($0 - $1) < 2e-5 }, "\(name)")
    }
  }
}
