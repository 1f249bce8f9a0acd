import RefluxTensor
import Testing

/// Checks an operation's gradients of first and second order against central differences, in float64.
///
/// The operation is made a scalar with fixed random weights. Also compares the fused backward kernel with the composed
/// formula that is used when gradients will be differentiated again. Inputs of the given shapes are drawn from `range`,
/// which keeps away from where the operation is not smooth; `tolerance` is relative to the larger of 1 and the gradient.
public func checkGradient(
  _ shapes: [Shape], in range: ClosedRange<Double> = -1...1, tolerance: Double = 1e-6, secondOrder: Bool = true,
  sourceLocation: SourceLocation = #_sourceLocation, _ operation: ([Tensor]) -> Tensor
) {
  var random = RandomSource(seed: 5, "gradients")
  let inputs = shapes.map { randomDoubles($0, in: range, &random) }
  let weights = randomDoubles(operation(inputs).shape, in: -1...1, &random)
  func scalar(_ inputs: [Tensor]) -> Tensor { (operation(inputs) * weights).sum() }

  let plain = analytic(scalar, inputs, createGraph: false)
  compare(plain, numeric(scalar, inputs), tolerance, "first order", sourceLocation)
  compare(
    plain, analytic(scalar, inputs, createGraph: true), tolerance, "fused and composed", sourceLocation)
  guard secondOrder else { return }

  let directions = inputs.map { randomDoubles($0.shape, in: -1...1, &random) }
  func slope(_ inputs: [Tensor]) -> Tensor {
    let leaves = inputs.map { $0.asLeaf() }
    let found = gradients(of: scalar(leaves), at: leaves, createGraph: true)
    return zip(found, directions).reduce(Tensor(doubles: [0], [])) { sum, part in
      part.0.map { sum + ($0 * part.1).sum() } ?? sum
    }
  }
  compare(
    analytic(slope, inputs, createGraph: false), numeric(slope, inputs), tolerance * 10, "second order",
    sourceLocation)
}

/// Evenly distributed float64 numbers.
public func randomDoubles(
  _ shape: Shape, in range: ClosedRange<Double> = -1...1, _ random: inout RandomSource
) -> Tensor {
  Tensor(doubles: (0..<shape.reduce(1, *)).map { _ in Double.random(in: range, using: &random) }, shape)
}

/// Evenly distributed float32 numbers on a backend.
public func randomFloats(
  _ shape: Shape, in range: ClosedRange<Float> = -1...1, on backend: any Backend = ReferenceBackend.shared,
  _ random: inout RandomSource
) -> Tensor {
  Tensor((0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }, shape, on: backend)
}

private func analytic(_ scalar: ([Tensor]) -> Tensor, _ inputs: [Tensor], createGraph: Bool) -> [[Double]] {
  let leaves = inputs.map { $0.asLeaf() }
  let found = gradients(of: scalar(leaves), at: leaves, createGraph: createGraph)
  return zip(found, inputs).map { $0?.doubles ?? [Double](repeating: 0, count: $1.count) }
}

private func numeric(_ scalar: ([Tensor]) -> Tensor, _ inputs: [Tensor]) -> [[Double]] {
  let step = 1e-5
  return inputs.indices.map { input in
    let values = inputs[input].doubles
    return values.indices.map { element in
      func value(_ offset: Double) -> Double {
        var (moved, changed) = (values, inputs)
        moved[element] += offset
        changed[input] = Tensor(doubles: moved, inputs[input].shape)
        return scalar(changed).doubles[0]
      }
      return (value(step) - value(-step)) / (2 * step)
    }
  }
}

private func compare(
  _ found: [[Double]], _ expected: [[Double]], _ tolerance: Double, _ what: String, _ location: SourceLocation
) {
  for (input, (a, b)) in zip(found, expected).enumerated() {
    let difference = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1) / max(1, abs($1.1))) }
    #expect(
      a.count == b.count && difference <= tolerance,
      "\(what), input \(input): \(a.prefix(6)) where \(b.prefix(6)) is right", sourceLocation: location)
  }
}
