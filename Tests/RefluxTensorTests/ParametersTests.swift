import RefluxTesting
import Testing

@testable import RefluxTensor

/// `w x + b`, and a second layer that reads the first one's weight.
private struct Tied: Module {
  struct Layer: Module {
    var weight = Tensor([1, 2], [1, 2])
    var bias = Tensor([3])
    mutating func visit(_ visitor: inout ParameterVisitor) {
      visitor.visit("weight", &weight)
      visitor.visit("bias", &bias)
    }
  }
  var layers = [Layer(), Layer()]
  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("layers", &layers)
    visitor.share("head.weight", with: "layers.0.weight")
  }
  func callAsFunction(_ x: Tensor) -> Tensor {
    x.linear(layers[0].weight, layers[0].bias).linear(layers[0].weight.transposed(), nil).sum()
      + x.linear(layers[1].weight, layers[1].bias).sum()
  }
}

@Suite struct ParametersTests {
  @Test func parametersComeInVisitingOrderUnderFullNames() {
    let parameters = Tied().parameters
    #expect(parameters.names == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"])
    #expect(parameters.count == 4 && parameters.elementCount == 6)
    #expect(parameters.removingPrefix("layers.1.").names == ["weight", "bias"])
  }

  @Test func sharedNamesStandForOneParameter() {
    var (model, visitor) = (Tied(), ParameterVisitor(prefix: "model."))
    model.visit(&visitor)
    #expect(visitor.sharedNames == ["model.head.weight": "model.layers.0.weight"])
    // Both uses count: d/dw of (w·x + b)(w₀ + w₁) at x = (1, 1) is (w₀ + w₁) + (w·x + b) for each.
    let (value, gradient) = valueAndGradient(of: Tied()) { $0(Tensor([1, 1], [1, 2])) }
    #expect(value.item == 6 * 3 + 6)
    #expect(gradient["layers.0.weight"]?.floats == [9, 9])
    #expect(gradient["layers.0.bias"]?.floats == [3])
  }

  @Test func frozenParametersGetNoGradient() {
    let (_, gradient) = valueAndGradient(of: Tied(), isTrainable: { $0.hasSuffix("bias") }) {
      $0(Tensor([1, 1], [1, 2]))
    }
    #expect(gradient.names == ["layers.0.bias", "layers.1.bias"])
  }

  @Test func gradientsOfGradientsFlowThroughAStep() {
    // f(w) = (w - r f'(w))² for f = w²: w' = w (1 - 2r), so d(w'²)/dw = 2 w (1 - 2r)².
    struct Scalar: Module {
      var w = Tensor(doubles: [1.5], [])
      mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("w", &w) }
    }
    let (_, outer) = valueAndGradient(of: Scalar()) { tracked in
      let (_, inner) = valueAndGradient(of: tracked, createGraph: true) { $0.w * $0.w }
      let ahead = tracked.moved(along: inner, by: -0.1)
      return ahead.w * ahead.w
    }
    let slope = outer["w"]?.doubles[0] ?? .nan
    let kept = 1 - 2 * Double(Float(0.1))
    #expect(abs(slope - 2 * 1.5 * kept * kept) < 1e-12)
  }

  @Test func editingWritesInPlaceAndCopiesStay() {
    var model = Tied()
    model.updateParameters { _, tensor in tensor.multiply(by: 1) }  // Layers share no bytes from here on.
    let addresses = model.parameters.map { $0.1.buffer.address }
    model.updateParameters { _, tensor in tensor.multiply(by: 2) }
    #expect(model.parameters.map { $0.1.buffer.address } == addresses)
    let reference = model
    model.updateParameters { _, tensor in tensor.multiply(by: 2) }
    #expect(model.layers[0].bias.floats == [12] && reference.layers[0].bias.floats == [6])
  }

  @Test func gradientsAreAddedInPlaceAndClipped() {
    var sum = Parameters()
    var part = Parameters()
    part["a"] = Tensor([3, 0])
    part["b"] = Tensor([4])
    sum += part
    sum += part
    let address = sum["a"]?.buffer.address
    sum += part
    #expect(sum["a"]?.buffer.address == address)
    #expect(sum["a"]?.floats == [9, 0] && part["a"]?.floats == [3, 0])
    #expect(part.norm == 5 && (part + part).norm == 10)
    sum *= 2
    #expect(sum["b"]?.floats == [24])
    sum["a"] = nil
    #expect(sum.names == ["b"])
  }

  /// The numbers are `torch.optim.AdamW`'s, two steps in float64.
  @Test func adamWTakesTorchsSteps() {
    let backend = ReferenceBackend.shared
    var w = Tensor(doubles: [1, -2, 0.5]), m = Tensor(doubles: [0, 0, 0]), v = m
    for (number, gradient) in [[0.1, -0.2, 0.3], [0.5, 0.1, -0.4]].enumerated() {
      let step = AdamWStep(
        learningRate: 0.125, beta1: 0.875, beta2: 0.96875, epsilon: 0x1p-20, weightDecay: 0.25, step: number + 1)
      w.withUniqueStorage { w in
        m.withUniqueStorage { m in
          v.withUniqueStorage { v in
            backend.adamW(step, weight: w, gradient: Tensor(doubles: gradient).storage, mean: m, square: v)
          }
        }
      }
    }
    let expected: [Double] = [0.7095426375815406, -1.7240856995198162, 0.3740146704495121]
    #expect(zip(w.doubles, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(w.doubles)")
  }
}
