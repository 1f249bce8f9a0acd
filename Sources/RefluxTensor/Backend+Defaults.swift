// Fused kernels from the definitions in `Composed.swift`: right on every backend that has the primitives.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Backend {
  /// Room for a row-major tensor; its contents are undefined.
  public func scratch(_ shape: Shape, _ dtype: DType = .float32) -> View {
    let layout = Layout(rowMajor: shape)
    return View(allocate(Swift.max(layout.count, 1) * dtype.size), layout, dtype)
  }

  private func give(_ result: Tensor, _ out: View?) { if let out { copy(result.view, into: out) } }

  /// The gradients of `definition` at `inputs` for a gradient of its result.
  private func differentiate(
    _ inputs: [View], along gradient: View, _ definition: ([Tensor]) -> Tensor
  ) -> [Tensor] {
    let leaves = inputs.map { Tensor($0).asLeaf() }
    let found = gradients(of: definition(leaves), along: Tensor(gradient), at: leaves, createGraph: false)
    return Swift.zip(found, leaves).map { $0 ?? $1.filled(with: 0) }
  }

  public func dropoutMask(_ dropout: Dropout, counters: View, into out: View) {
    let columns = out.layout.shape.last ?? 1
    let factors = Tensor(counters).ids.flatMap { counter in
      (0..<columns).map { dropout.factor(counter: counter, column: UInt32($0)) }
    }
    give(Tensor(factors, out.layout.shape, on: self), out)
  }

  public func softmax(_ x: View, log: Bool, into out: View) { give(Composed.softmax(Tensor(x), log: log), out) }

  public func softmaxBackward(_ output: View, _ gradient: View, log: Bool, into out: View) {
    let (y, g) = (Tensor(output), Tensor(gradient))
    give(
      log ? g - y.exp() * g.sum([-1], keepingAxes: true) : y * (g - (g * y).sum([-1], keepingAxes: true)), out)
  }

  public func tokenStatistics(_ logits: View, targets: View, losses: View, entropies: View) {
    let logarithms = Composed.softmax(Tensor(logits), log: true)
    let probabilities = logarithms.exp()
    give(-logarithms.picking(Tensor(targets).ids.map(Int.init)), losses)
    give(-(probabilities * logarithms).sum([-1]), entropies)
    give(probabilities, logits)
  }

  public func activate(_ activation: Activation, _ x: View, bias: View?, into out: View) {
    give(Composed.activated(Tensor(x), activation, bias: bias.map { Tensor($0) }), out)
  }

  public func activateBackward(
    _ activation: Activation, _ x: View, bias: View?, _ gradient: View, value: View?, into out: View
  ) {
    if let value { activate(activation, x, bias: bias, into: value) }
    let bias = bias.map { Tensor($0) }
    give(differentiate([x], along: gradient) { Composed.activated($0[0], activation, bias: bias) }[0], out)
  }

  public func addBias(_ bias: View, to x: View) { give(Tensor(x) + Tensor(bias), x) }

  public func sumRows(_ x: View, into out: View) { give(Tensor(x).sum([0]), out) }

  public func layerNorm(
    _ x: View, bias: View?, residual: View?, dropout: (Dropout, counters: View)?, scale: View, shift: View,
    epsilon: Float, sum: View?, mean: View, inverseDeviation: View, into out: View
  ) {
    let total = Composed.residualSum(
      Tensor(x), bias: bias.map { Tensor($0) }, residual: residual.map { Tensor($0) },
      dropout: dropout.map { ($0.0, counters: Tensor($0.counters)) })
    let norm = Composed.normalized(total, scale: Tensor(scale), shift: Tensor(shift), epsilon: epsilon)
    give(total, sum)
    give(norm.mean.reshaped(mean.layout.shape), mean)
    give(norm.inverseDeviation.reshaped(mean.layout.shape), inverseDeviation)
    give(norm.result, out)
  }

  public func layerNormBackward(
    _ sum: View, dropout: (Dropout, counters: View)?, scale: View, mean: View, inverseDeviation: View,
    _ gradient: View, sumGradient: View, xGradient: View?, biasGradient: View?, scaleGradient: View?,
    shiftGradient: View?
  ) {
    let rows = [sum.layout.shape[0], 1]
    let inverse = Tensor(inverseDeviation).reshaped(rows)
    let normal = (Tensor(sum) - Tensor(mean).reshaped(rows)) * inverse
    let outer = Tensor(gradient)
    let inner = outer * Tensor(scale)
    let along = (inner * normal).mean([-1], keepingAxes: true)
    let total = inverse * (inner - inner.mean([-1], keepingAxes: true) - normal * along)
    let before = dropout.map { total.dropout($0.0, counters: Tensor($0.counters)) } ?? total
    give(total, sumGradient)
    give(before, xGradient)
    give(before.sum([0]), biasGradient)
    give((outer * normal).sum([0]), scaleGradient)
    give(outer.sum([0]), shiftGradient)
  }

  public func rootMeanSquareNorm(_ x: View, scale: View, epsilon: Float, inverse: View, into out: View) {
    let (result, factor) = Composed.rootMeanSquareNormalized(Tensor(x), scale: Tensor(scale), epsilon: epsilon)
    give(factor.reshaped(inverse.layout.shape), inverse)
    give(result, out)
  }

  public func rootMeanSquareNormBackward(
    _ x: View, scale: View, inverse: View, _ gradient: View, xGradient: View, scaleGradient: View?
  ) {
    let factor = Tensor(inverse).reshaped([x.layout.shape[0], 1])
    let normal = Tensor(x) * factor
    let (outer, inner) = (Tensor(gradient), Tensor(gradient) * Tensor(scale))
    give(factor * (inner - normal * (inner * normal).mean([-1], keepingAxes: true)), xGradient)
    give((outer * normal).sum([0]), scaleGradient)
  }

  public func rotate(_ x: View, cosines: View, sines: View, positions: View, isInverse: Bool, into out: View) {
    give(
      Composed.rotated(
        Tensor(x), cosines: Tensor(cosines), sines: isInverse ? -Tensor(sines) : Tensor(sines),
        positions: Tensor(positions)), out)
  }

  public func gate(_ activation: Activation, _ x: View, _ up: View, into out: View) {
    give(Composed.activated(Tensor(x), activation, bias: nil) * Tensor(up), out)
  }

  public func gateBackward(
    _ activation: Activation, _ x: View, _ up: View, _ gradient: View, gateGradient: View, upGradient: View
  ) {
    let parts = differentiate([x, up], along: gradient) { Composed.activated($0[0], activation, bias: nil) * $0[1] }
    give(parts[0], gateGradient)
    give(parts[1], upGradient)
  }

  public func attention(
    _ query: View, _ key: View, _ value: View, relative: RelativeVectors<View>, _ shape: AttentionShape,
    dropout: (Dropout, counters: View)?, logSums: View, into out: View
  ) {
    let (result, sums) = Composed.attention(
      Tensor(query), Tensor(key), Tensor(value), relative: relative.map { Tensor($0) }, shape,
      dropout: dropout.map { ($0.0, Tensor($0.counters).ids) })
    give(sums, logSums)
    give(result, out)
  }

  public func attentionBackward(
    _ query: View, _ key: View, _ value: View, relative: RelativeVectors<View>, _ output: View, logSums: View,
    _ shape: AttentionShape, dropout: (Dropout, counters: View)?, _ gradient: View, queryGradient: View,
    keyGradient: View, valueGradient: View, relativeGradients: RelativeVectors<View>
  ) {
    let dropout = dropout.map { ($0.0, Tensor($0.counters).ids) }
    let tables = relative.list
    let parts = differentiate([query, key, value] + tables, along: gradient) {
      Composed.attention(
        $0[0], $0[1], $0[2], relative: relative.replaced(by: $0.dropFirst(3)), shape, dropout: dropout
      ).result
    }
    let results = [queryGradient, keyGradient, valueGradient] + relativeGradients.list
    for (part, result) in Swift.zip(parts, results) { give(part, result) }
  }

  public func sumOfSquares(_ x: View) -> Double { Tensor(x).doubles.reduce(0) { $0 + $1 * $1 } }

  public func adamW(_ step: AdamWStep, weight: View, gradient: View, mean: View, square: View) {
    let (rate, time) = (Double(step.learningRate), Double(step.step))
    let (beta1, beta2) = (Double(step.beta1), Double(step.beta2))
    let g = Tensor(gradient) * step.gradientScale
    let (w, m, v) = (Tensor(weight), Tensor(mean), Tensor(square))
    let newMean = m * m.constant(beta1) + g * g.constant(1 - beta1)
    let newSquare = v * v.constant(beta2) + g * g * g.constant(1 - beta2)
    let deviation = newSquare.sqrt() * v.constant(1 / (1 - pow(beta2, time)).squareRoot()) + step.epsilon
    let decayed = w * w.constant(1 - rate * Double(step.weightDecay))
    give(decayed - newMean / deviation * w.constant(rate / (1 - pow(beta1, time))), weight)
    give(newMean, mean)
    give(newSquare, square)
  }

  public func adamW(
    _ step: AdamWStep, weight: View, gradient: View, mean: View, square: View, isActive: [Bool]
  ) {
    let decay = 1 - Double(step.learningRate) * Double(step.weightDecay)
    for (rows, isActive) in isActive.runs {
      func part(_ view: View) -> View { View(view.buffer, view.layout.sliced(0, rows), view.dtype) }
      if isActive {
        adamW(step, weight: part(weight), gradient: part(gradient), mean: part(mean), square: part(square))
      } else {
        let rest = Tensor(part(weight))
        give(rest * rest.constant(decay), part(weight))
      }
    }
  }
}
