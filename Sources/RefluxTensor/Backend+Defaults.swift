// Fused kernels composed of primitives. (Being written: see the engine.)
extension Backend {
  func scratch(_ shape: Shape, _ dtype: DType) -> View {
    let layout = Layout(rowMajor: shape)
    return View(allocate(max(layout.count, 1) * dtype.size), layout, dtype)
  }
}
extension Backend {
  public func fill(_ out: View, with value: Double) { fatalError() }
  public func dropoutMask(_ dropout: Dropout, counters: View, into out: View) { fatalError() }
  public func softmax(_ x: View, log: Bool, into out: View) { fatalError() }
  public func softmaxBackward(_ output: View, _ gradient: View, log: Bool, into out: View) { fatalError() }
  public func activate(_ activation: Activation, _ x: View, bias: View?, into out: View) { fatalError() }
  public func activateBackward(_ activation: Activation, _ x: View, bias: View?, _ gradient: View, into out: View) {
    fatalError()
  }
  public func addBias(_ bias: View, to x: View) { fatalError() }
  public func sumRows(_ x: View, into out: View) { fatalError() }
  public func layerNorm(
    _ x: View, bias: View?, residual: View?, dropout: (Dropout, counters: View)?, scale: View, shift: View,
    epsilon: Float, sum: View?, mean: View, inverseDeviation: View, into out: View
  ) { fatalError() }
  public func layerNormBackward(
    _ sum: View, dropout: (Dropout, counters: View)?, scale: View, mean: View, inverseDeviation: View,
    _ gradient: View, sumGradient: View, xGradient: View?, biasGradient: View?, scaleGradient: View?,
    shiftGradient: View?
  ) { fatalError() }
  public func attention(
    _ query: View, _ key: View, _ value: View, _ shape: AttentionShape, dropout: (Dropout, counters: View)?,
    logSums: View, into out: View
  ) { fatalError() }
  public func attentionBackward(
    _ query: View, _ key: View, _ value: View, _ output: View, logSums: View, _ shape: AttentionShape,
    dropout: (Dropout, counters: View)?, _ gradient: View, queryGradient: View, keyGradient: View,
    valueGradient: View
  ) { fatalError() }
  public func sumOfSquares(_ x: View) -> Double { fatalError() }
  public func adamW(_ step: AdamWStep, weight: View, gradient: View, mean: View, square: View) { fatalError() }
}
