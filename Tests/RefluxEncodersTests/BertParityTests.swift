import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// Logits, losses, hidden states and gradients against transformers in double precision.
@Suite struct BertParityTests {
  private let fixtures: BertFixture
  init() throws { fixtures = try BertFixture() }

  @Test(arguments: [("head2", "bert/model"), ("head3", "bert/model_3labels")], testedBackends)
  func logitsAndLoss(_ variant: (head: String, folder: String), _ backend: any Backend) throws {
    let wanted = try #require(fixtures.expected[variant.head])
    let bert = try model(of: variant.folder, on: backend)
    let logits = try bert.evaluated(fixtures.block).logits
    #expect(largestDifference(logits.floats, try #require(wanted["logits_f64"]).numbers) < 5e-6)
    let labels = try #require(wanted["labels"]).numbers.map { Int($0) }
    let loss = crossEntropy(logits, labels).item
    #expect(abs(Double(loss) - (try #require(wanted["loss_f64"]?.number))) < 1e-5)
  }

  /// In double precision only the scale of attention and the LayerNorm epsilon are still rounded to floats.
  @Test func doublePrecision() throws {
    let wanted = try #require(fixtures.expected["head2"])
    let labels = try #require(wanted["labels"]).numbers.map { Int($0) }
    var bert = try model(of: "bert/model")
    bert.updateParameters { _, tensor in tensor = tensor.converted(to: .float64) }
    let block = try fixtures.block
    let output = try bert.evaluated(block, wants: .hiddenStates)
    let logits = try #require(wanted["logits_f64"]).numbers
    #expect(zip(output.logits.doubles, logits).allSatisfy { abs($0 - $1) < 1e-7 })
    let hidden = try fixtures.arrays.bytes(of: "hidden.2").bindMemory(to: Double.self)
    let real = try fixtures.realTokens.flatMap { hidden[$0 * 32..<($0 + 1) * 32] }
    #expect(zip(try #require(output.hiddenStates.last).doubles, real).allSatisfy { abs($0 - $1) < 1e-7 })
    let (loss, gradient) = try valueAndGradient(of: bert) { crossEntropy(try $0.evaluated(block).logits, labels) }
    #expect(abs((loss.doubles.first ?? 0) - (try #require(wanted["loss_f64"]?.number))) < 1e-7)
    for (name, value) in gradient {
      let length = try #require(wanted["grad_stats"]?[name]?["l2"]?.number)
      #expect(abs(value.doubles.reduce(0) { $0 + $1 * $1 }.squareRoot() - length) < 1e-7, "\(name)")
    }
  }

  @Test(arguments: testedBackends) func hiddenStates(_ backend: any Backend) throws {
    let output = try model(of: "bert/model", on: backend).evaluated(fixtures.block, wants: [.hiddenStates, .pooled])
    #expect(output.hiddenStates.count == 3)
    let real = try fixtures.realTokens
    for (index, state) in output.hiddenStates.enumerated() {
      let padded = try fixtures.arrays.tensor("hidden.\(index)", as: .float32, on: ReferenceBackend.shared)
      let wanted = padded.reshaped([padded.count / 32, 32]).taking(real)
      #expect(state.shape == [real.count, 32])
      #expect(largestDifference(state.floats, wanted.floats) < 5e-6, "hidden state \(index)")
    }
    #expect(output.pooled?.shape == [5, 32])
    // The last layer computes first tokens only when nobody asks for hidden states.
    let logits = try #require(fixtures.expected["head2"]?["logits_f64"]).numbers
    #expect(largestDifference(output.logits.floats, logits) < 5e-6)
  }

  @Test(arguments: testedBackends) func everyGradient(_ backend: any Backend) throws {
    let wanted = try #require(fixtures.expected["head2"])
    let labels = try #require(wanted["labels"]).numbers.map { Int($0) }
    let bert = try model(of: "bert/model", on: backend)
    let block = try fixtures.block
    let (_, gradient) = try valueAndGradient(of: bert) { crossEntropy(try $0.evaluated(block).logits, labels) }
    #expect(gradient.names == bert.parameters.names)
    for (name, value) in gradient {
      if name.hasSuffix("key.bias") {
        #expect(value.floats.allSatisfy { abs($0) < 1e-6 }, "\(name) is zero in exact arithmetic")
      } else {
        #expect(largestDifference(value.floats, try expectedGradient(name, value.shape)) < 2e-6, "\(name)")
      }
    }
  }

  /// Of the word embeddings, the fixtures keep the rows that are not zero.
  private func expectedGradient(_ name: String, _ shape: Shape) throws -> [Float] {
    let stored = try fixtures.arrays.tensor("grad.\(name)", on: ReferenceBackend.shared).floats
    guard fixtures.arrays.contains("grad_rows.\(name)") else { return stored }
    let rows = try fixtures.arrays.tensor("grad_rows.\(name)", on: ReferenceBackend.shared).ids
    var full = [Float](repeating: 0, count: shape[0] * shape[1])
    for (index, row) in rows.enumerated() {
      let start = Int(row) * shape[1]
      full.replaceSubrange(start..<start + shape[1], with: stored[index * shape[1]..<(index + 1) * shape[1]])
    }
    return full
  }

  @Test(arguments: testedBackends) func gradientsOfThreeLabels(_ backend: any Backend) throws {
    let wanted = try #require(fixtures.expected["head3"])
    let labels = try #require(wanted["labels"]).numbers.map { Int($0) }
    let block = try fixtures.block
    let (_, gradient) = try valueAndGradient(of: model(of: "bert/model_3labels", on: backend)) {
      crossEntropy(try $0.evaluated(block).logits, labels)
    }
    for (name, value) in gradient where !name.hasSuffix("key.bias") {
      let stats = try #require(wanted["grad_stats"]?[name])
      #expect(stats["n"]?.integer == value.count)
      let numbers = value.floats.map { Double($0) }
      let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(length - (try #require(stats["l2"]?.number))) < 5e-6, "\(name)")
      let turned = numbers.enumerated().reduce(0) { $0 + $1.element * cosine($1.offset) }
      #expect(abs(turned - (try #require(stats["dot_cos"]?.number))) < 2e-5, "\(name)")
    }
  }

  @Test(arguments: testedBackends) func regression(_ backend: any Backend) throws {
    let wanted = try #require(fixtures.expected["regression"])
    var bert = try model(of: "bert/model", task: FakeTask(.score), on: backend)
    #expect(bert.card.outputs == 1)
    bert.updateParameters { name, tensor in
      guard let values = wanted[name == "classifier.weight" ? "head_weight" : "head_bias"]?.numbers.map({ Float($0) }),
        name.hasPrefix("classifier.")
      else { return }
      tensor = Tensor(values, tensor.shape, on: backend)
    }
    let logits = try bert.evaluated(fixtures.block).logits
    #expect(logits.shape == [5, 1])
    #expect(largestDifference(logits.floats, try #require(wanted["logits_f64"]).numbers) < 5e-6)
    let targets = try #require(wanted["targets"]).numbers
    let squares = zip(logits.floats, targets).map { (Double($0) - $1) * (Double($0) - $1) }
    #expect(abs(squares.reduce(0, +) / 5 - (try #require(wanted["mse_f64"]?.number))) < 1e-5)
  }
}
