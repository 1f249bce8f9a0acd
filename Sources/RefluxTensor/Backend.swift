/// One value in, one value out.
public enum UnaryOp: Sendable, CaseIterable { case negate, exp, log, tanh, sqrt, reciprocal, erf, sigmoid, sign, abs }
/// Two values in, one value out.
public enum BinaryOp: Sendable, CaseIterable { case add, subtract, multiply, divide, maximum, minimum }
/// Many values in, one value out.
public enum ReduceOp: Sendable, CaseIterable { case sum, maximum }

/// What stands between the linear maps of a feed-forward layer.
public enum Activation: String, Sendable, CaseIterable {
  /// `x Φ(x)`, with the error function (BERT).
  case gelu
  /// The tanh approximation of it (`gelu_new`, ALBERT).
  case geluTanh
  case relu, tanh, silu
}

/// One AdamW step: PyTorch's `torch.optim.AdamW`.
public struct AdamWStep: Sendable {
  public var learningRate, beta1, beta2, epsilon, weightDecay: Float
  /// Counts from 1; for the bias corrections.
  public var step: Int
  /// Multiplies the gradient first (clipping).
  public var gradientScale: Float
  public init(
    learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, step: Int,
    gradientScale: Float = 1
  ) {
    (self.learningRate, self.beta1, self.beta2, self.epsilon) = (learningRate, beta1, beta2, epsilon)
    (self.weightDecay, self.step, self.gradientScale) = (weightDecay, step, gradientScale)
  }
}

/// Everything a device must know how to do.
///
/// A new backend implements the *primitives*; the *fused* kernels have default implementations written with the
/// primitives (`Backend+Defaults.swift`), so a backend is correct on day one and overrides them one at a time for
/// speed. Kernels write into memory they are given, and know nothing of history: gradients are `Autograd.swift`'s.
/// Unless said otherwise, fused kernels get row-major float views and the primitives any layout.
public protocol Backend: AnyObject, Sendable {
  var name: String { get }

  // MARK: Memory
  /// Room for so many bytes, whose contents are undefined; it goes when the last tensor that uses it does.
  func allocate(_ byteCount: Int) -> Buffer
  /// Takes back what ``allocate(_:)`` gave: called by the buffer's end, by nobody else.
  func release(_ address: UnsafeMutableRawPointer, _ byteCount: Int)
  /// Room for so many bytes, all zero, of which few will be written: the rest should cost neither time nor memory.
  ///
  /// By default, room like any other, filled.
  func allocateZeros(_ byteCount: Int) -> Buffer
  /// Takes back what a backend's own ``allocateZeros(_:)`` gave; outside `written`, if known, all bytes are still zero.
  func releaseZeros(_ address: UnsafeMutableRawPointer, _ byteCount: Int, written: [Range<Int>]?)
  /// Copies bytes of the program's memory to the beginning of a buffer.
  func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer)
  /// Fills bytes of the program's memory from the beginning of a buffer.
  func download(_ buffer: Buffer, to bytes: UnsafeMutableRawBufferPointer)
  /// Waits until everything that was asked for is done.
  func synchronize()

  // MARK: Primitives
  func unary(_ op: UnaryOp, _ x: View, into out: View)
  func binary(_ op: BinaryOp, _ a: View, _ b: View, into out: View)
  /// Over some axes, which `out` has with a length of 1.
  func reduce(_ op: ReduceOp, _ x: View, axes: [Int], into out: View)
  /// `out = a b`, or `out += a b`; leading axes are batches, transposes are strides.
  func matmul(_ a: View, _ b: View, into out: View, accumulate: Bool)
  /// Copies and converts the element type.
  func copy(_ x: View, into out: View)
  func fill(_ out: View, with value: Double)
  /// `out[i] = table[rows[i]]`; `table` is `[height, width]`, `rows` int32 `[n]`, `out` `[n, width]`.
  func gatherRows(_ table: View, _ rows: View, into out: View)
  /// `table[rows[i]] += values[i]`, in the order of `i`.
  func scatterAddRows(_ values: View, _ rows: View, into table: View)
  /// Fills `out` `[n, columns]` with 0 or `1 / (1 - rate)`; `counters` is int32 `[n]`. See ``Dropout``.
  func dropoutMask(_ dropout: Dropout, counters: View, into out: View)

  // MARK: Fused, with defaults
  /// Softmax along the last axis; `log` for its logarithm.
  func softmax(_ x: View, log: Bool, into out: View)
  /// The gradient of softmax (or its logarithm) from its output.
  func softmaxBackward(_ output: View, _ gradient: View, log: Bool, into out: View)
  /// Turns logits `[n, classes]` into probabilities in place, with each row's `−log p(target)` and entropy `−Σ p ln p`.
  ///
  /// `targets` is int32 `[n]`, `losses` and `entropies` are `[n]`.
  func tokenStatistics(_ logits: View, targets: View, losses: View, entropies: View)
  /// `out = activation(x + bias)`.
  func activate(_ activation: Activation, _ x: View, bias: View?, into out: View)
  /// `out = gradient · activation'(x + bias)`, which may be written over `gradient`; `value`, if wanted, receives
  /// `activation(x + bias)`, which costs little more here.
  func activateBackward(
    _ activation: Activation, _ x: View, bias: View?, _ gradient: View, value: View?, into out: View)
  /// `x += bias` for every row, in place.
  func addBias(_ bias: View, to x: View)
  /// Sums the rows of `x` `[n, columns]` into `out` `[columns]`.
  func sumRows(_ x: View, into out: View)
  /// `sum = residual + dropout(x + bias)`, `out = norm(sum) · scale + shift`; `inverseDeviation` and `mean` are `[n]`.
  ///
  /// `residual`, `bias`, `dropout` and `sum` may be absent; with no residual, bias and dropout, `sum` is `x` itself.
  func layerNorm(
    _ x: View, bias: View?, residual: View?, dropout: (Dropout, counters: View)?, scale: View, shift: View,
    epsilon: Float, sum: View?, mean: View, inverseDeviation: View, into out: View)
  /// The gradients of ``layerNorm(_:bias:residual:dropout:scale:shift:epsilon:sum:mean:inverseDeviation:into:)``.
  ///
  /// `sumGradient` receives the gradient of the sum (that of the residual), `xGradient` that of `x` (with dropout
  /// undone; the same view when there is no dropout), and the three `[columns]` views those of the parameters.
  func layerNormBackward(
    _ sum: View, dropout: (Dropout, counters: View)?, scale: View, mean: View, inverseDeviation: View,
    _ gradient: View, sumGradient: View, xGradient: View?, biasGradient: View?, scaleGradient: View?,
    shiftGradient: View?)
  /// `out = x / √(mean(x²) + epsilon) · scale` for each row of `[n, columns]`; `inverse` `[n]` receives the first factor.
  func rootMeanSquareNorm(_ x: View, scale: View, epsilon: Float, inverse: View, into out: View)
  func rootMeanSquareNormBackward(
    _ x: View, scale: View, inverse: View, _ gradient: View, xGradient: View, scaleGradient: View?)
  /// Rotary embeddings of `[tokens, heads · size]` with angles `[positions, size / 2]` and int32 positions `[tokens]`.
  ///
  /// Of each head, elements `i` and `i + size / 2` turn together; `isInverse` turns them back.
  func rotate(_ x: View, cosines: View, sines: View, positions: View, isInverse: Bool, into out: View)
  /// `out = activation(x) · up`.
  func gate(_ activation: Activation, _ x: View, _ up: View, into out: View)
  func gateBackward(
    _ activation: Activation, _ x: View, _ up: View, _ gradient: View, gateGradient: View, upGradient: View)
  /// Softmax attention within each row of a packed batch.
  ///
  /// `query` `[tokens, heads · size]`, `key` and `value` `[tokens, keyValueHeads · size]`, `out` like `query`.
  /// `logSums` `[heads, tokens]` receives each query's log-sum-exp, from which the backward pass makes the
  /// probabilities again instead of storing them. Dropout's column is `head · 2^16 + key position`. With `relative`,
  /// no heads are shared (`keyValueHeads` is `heads`).
  func attention(
    _ query: View, _ key: View, _ value: View, relative: RelativeVectors<View>, _ shape: AttentionShape,
    dropout: (Dropout, counters: View)?, logSums: View, into out: View)
  /// `relativeGradients` has a view for each table of `relative`, and for no other.
  func attentionBackward(
    _ query: View, _ key: View, _ value: View, relative: RelativeVectors<View>, _ output: View, logSums: View,
    _ shape: AttentionShape, dropout: (Dropout, counters: View)?, _ gradient: View, queryGradient: View,
    keyGradient: View, valueGradient: View, relativeGradients: RelativeVectors<View>)
  /// The sum of the squares of all elements, added up in double precision in an order that depends on the size alone.
  func sumOfSquares(_ x: View) -> Double
  /// Moves `weight` in place; `mean` and `square` are the moments, updated in place too.
  func adamW(_ step: AdamWStep, weight: View, gradient: View, mean: View, square: View)
  /// The same for tables of which only some rows, `isActive`, have a gradient or moments; the others only decay.
  func adamW(_ step: AdamWStep, weight: View, gradient: View, mean: View, square: View, isActive: [Bool])
}
