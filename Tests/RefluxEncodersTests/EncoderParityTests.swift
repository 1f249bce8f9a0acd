import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// Logits, losses, hidden states and gradients of every family against transformers in double precision.
@Suite struct EncoderParityTests {
  @Test(arguments: EncoderFixture.all, testedBackends)
  func logitsAndLoss(_ fixture: EncoderFixture, _ backend: any Backend) throws {
    for (head, form) in [("head2", "model"), ("head3", "model_3labels")] {
      let wanted = try #require(fixture.expected()[head])
      let logits = try fixture.model(form, on: backend).evaluated(fixture.block()).logits
      #expect(largestDifference(logits.floats, try #require(wanted["logits_f64"]).numbers) < 5e-6, "\(form)")
      let loss = crossEntropy(logits, try labels(wanted)).item
      #expect(abs(Double(loss) - (try #require(wanted["loss_f64"]?.number))) < 1e-5, "\(form)")
    }
  }

  /// In double precision only the scale of attention and the LayerNorm epsilon are still rounded to floats.
  @Test(arguments: EncoderFixture.all) func doublePrecision(_ fixture: EncoderFixture) throws {
    let wanted = try #require(fixture.expected()["head2"])
    var model = try fixture.model()
    model.updateParameters { _, tensor in tensor = tensor.converted(to: .float64) }
    let (block, width) = (try fixture.block(), model.card.hiddenSize)
    let output = try model.evaluated(block, wants: .hiddenStates)
    let logits = try #require(wanted["logits_f64"]).numbers
    #expect(zip(output.logits.doubles, logits).allSatisfy { abs($0 - $1) < fixture.doubleTolerance })
    let arrays = try fixture.arrays()
    let real = try withExtendedLifetime(arrays) {
      let hidden = try arrays.bytes(of: "hidden.\(model.card.layers)").bindMemory(to: Double.self)
      return try fixture.realTokens().flatMap { hidden[$0 * width..<($0 + 1) * width] }
    }
    let last = try #require(output.hiddenStates.last).doubles
    #expect(zip(last, real).allSatisfy { abs($0 - $1) < fixture.doubleTolerance })
    let (loss, gradient) = try valueAndGradient(of: model) {
      crossEntropy(try $0.evaluated(block).logits, try labels(wanted))
    }
    #expect(abs((loss.doubles.first ?? 0) - (try #require(wanted["loss_f64"]?.number))) < 1e-7)
    for (name, value) in gradient {
      let length = try TensorStats(wanted["grad_stats"]?[name]).length
      #expect(abs(TensorStats(of: value.doubles).length - length) < fixture.doubleTolerance, "\(name)")
    }
  }

  @Test(arguments: EncoderFixture.all, testedBackends)
  func hiddenStates(_ fixture: EncoderFixture, _ backend: any Backend) throws {
    let model = try fixture.model(on: backend)
    let output = try model.evaluated(fixture.block(), wants: [.hiddenStates, .pooled])
    #expect(output.hiddenStates.count == model.card.layers + 1)
    let (real, width) = (try fixture.realTokens(), model.card.hiddenSize)
    for (index, state) in output.hiddenStates.enumerated() {
      let padded = try fixture.arrays().tensor("hidden.\(index)", as: .float32, on: ReferenceBackend.shared)
      let wanted = padded.reshaped([padded.count / width, width]).taking(real)
      #expect(state.shape == [real.count, width])
      #expect(largestDifference(state.floats, wanted.floats) < 5e-6, "hidden state \(index)")
    }
    #expect(output.pooled?.shape == [5, width])
    // The last layer computes first tokens only when nobody asks for hidden states.
    let logits = try #require(fixture.expected()["head2"]?["logits_f64"]).numbers
    #expect(largestDifference(output.logits.floats, logits) < 5e-6)
  }

  @Test(arguments: EncoderFixture.all, testedBackends)
  func everyGradient(_ fixture: EncoderFixture, _ backend: any Backend) throws {
    let wanted = try labels(#require(fixture.expected()["head2"]))
    let (model, block, arrays) = (try fixture.model(on: backend), try fixture.block(), try fixture.arrays())
    let (_, gradient) = try valueAndGradient(of: model) { crossEntropy(try $0.evaluated(block).logits, wanted) }
    #expect(gradient.names == model.parameters.names)
    for (name, value) in gradient {
      if fixture.isWithoutGradient(name) {
        #expect(value.floats.allSatisfy { abs($0) < 1e-6 }, "\(name) is zero in exact arithmetic")
      } else {
        let expected = try arrays.gradient(name, value.shape)
        #expect(largestDifference(value.floats, expected) < 2e-6, "\(name)")
      }
    }
  }

  @Test(arguments: EncoderFixture.all, testedBackends)
  func gradientsOfThreeLabels(_ fixture: EncoderFixture, _ backend: any Backend) throws {
    let wanted = try #require(fixture.expected()["head3"])
    let block = try fixture.block()
    let (_, gradient) = try valueAndGradient(of: fixture.model("model_3labels", on: backend)) {
      crossEntropy(try $0.evaluated(block).logits, try labels(wanted))
    }
    for (name, value) in gradient where !fixture.isWithoutGradient(name) {
      let (stats, own) = (
        try TensorStats(wanted["grad_stats"]?[name]), TensorStats(of: value.floats.map { Double($0) })
      )
      #expect(own.count == stats.count)
      #expect(abs(own.length - stats.length) < 5e-6, "\(name)")
      #expect(abs(own.turned - stats.turned) < 2e-5, "\(name)")
    }
  }

  @Test(arguments: [EncoderFixture.bert, .roberta], testedBackends)
  func regression(_ fixture: EncoderFixture, _ backend: any Backend) throws {
    let wanted = try #require(fixture.expected()["regression"])
    var model = try fixture.model(task: FakeTask(.score), on: backend)
    #expect(model.card.outputs == 1)
    let head = ["\(fixture.output).weight": "head_weight", "\(fixture.output).bias": "head_bias"]
    model.updateParameters { name, tensor in
      guard let values = head[name].flatMap({ wanted[$0] })?.numbers else { return }
      tensor = Tensor(values.map { Float($0) }, tensor.shape, on: backend)
    }
    let logits = try model.evaluated(fixture.block()).logits
    #expect(logits.shape == [5, 1])
    #expect(largestDifference(logits.floats, try #require(wanted["logits_f64"]).numbers) < 5e-6)
    let targets = try #require(wanted["targets"]).numbers
    let squares = zip(logits.floats, targets).map { (Double($0) - $1) * (Double($0) - $1) }
    #expect(abs(squares.reduce(0, +) / 5 - (try #require(wanted["mse_f64"]?.number))) < 1e-5)
  }

  private func labels(_ head: JSON) throws -> [Int] { try #require(head["labels"]).numbers.map { Int($0) } }
}
