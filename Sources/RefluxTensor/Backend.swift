/// Element types.
///
/// Held as data, not as a generic parameter, so that a model can mix precisions without changing its type.
/// Arithmetic is float32 (float64 on the reference backend, for checks); the 16-bit types are for storage.
public enum DType: String, Sendable, CaseIterable {
  case float32, float64, int32, bfloat16, float16
  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .bfloat16, .float16: 2
    }
  }
}

/// Device memory, given back to the backend (or unmapped by its owner) when the last tensor that uses it goes.
public final class Buffer: @unchecked Sendable {
  public let address: UnsafeMutableRawPointer
  public let byteCount: Int
  public let backend: any Backend
  /// Keeps foreign memory alive (a mapped file); `nil` when the backend owns the bytes.
  private let owner: AnyObject?
  /// Where the elements are that are not zero, if that is known; whoever writes to the bytes forgets it.
  var filledRows: FilledRows?

  public init(address: UnsafeMutableRawPointer, byteCount: Int, backend: any Backend, owner: AnyObject? = nil) {
    (self.address, self.byteCount, self.backend, self.owner) = (address, byteCount, backend, owner)
  }
  /// Foreign memory may be read-only: it is copied before anything is written in place.
  public var isForeign: Bool { owner != nil }
  deinit { if owner == nil { backend.release(address, byteCount) } }
}

/// What a kernel sees of a tensor: bytes, layout, element type.
public struct View {
  public let buffer: Buffer
  public let layout: Layout
  public let dtype: DType
  public init(_ buffer: Buffer, _ layout: Layout, _ dtype: DType) {
    (self.buffer, self.layout, self.dtype) = (buffer, layout, dtype)
  }
}

public enum UnaryOp: Sendable, CaseIterable { case negate, exp, log, tanh, sqrt, reciprocal, erf, sigmoid, sign, abs }
public enum BinaryOp: Sendable, CaseIterable { case add, subtract, multiply, divide, maximum, minimum }
public enum ReduceOp: Sendable, CaseIterable { case sum, maximum }

/// The gates of a feed-forward layer.
public enum Activation: String, Sendable, CaseIterable {
  /// `x Φ(x)`, with the error function (BERT).
  case gelu
  /// The tanh approximation of it (`gelu_new`, ALBERT).
  case geluTanh
  case relu, tanh, silu
}

/// How attention reads a packed batch.
public struct AttentionShape: Sendable {
  public var rows: RowOffsets
  public var heads: Int
  /// Fewer than `heads` when several query heads share a key head (grouped-query attention).
  public var keyValueHeads: Int
  /// Multiplies the scores, usually `1 / sqrt(head size)`.
  public var scale: Float
  /// A token sees only itself and the ones before it.
  public var isCausal: Bool
  /// Where the keys of each row lie, if there are more than the row's tokens.
  ///
  /// The row's queries are then the last of them: text that is generated token by token. There is no gradient.
  public var keys: [Range<Int>]?
  public init(rows: RowOffsets, heads: Int, keyValueHeads: Int? = nil, scale: Float, isCausal: Bool = false) {
    (self.rows, self.heads, self.keyValueHeads) = (rows, heads, keyValueHeads ?? heads)
    (self.scale, self.isCausal) = (scale, isCausal)
  }
}

/// Vectors of relative positions that add to attention's scores (He et al., 2021, DeBERTa, equation 4).
///
/// Both tables are `[2 · reach - 1, heads · size]`: one row for every offset of a key from its query, `-(reach - 1)`
/// first. No row of the batch is longer than `reach`. The score of query `i` and key `j` of a head becomes
/// `scale · (qᵢ · kⱼ + qᵢ · keys[j - i] + kⱼ · queries[j - i])`.
public struct RelativeVectors<Values> {
  /// What queries are multiplied with (content to position); absent: no such term.
  public var keys: Values?
  /// What keys are multiplied with (position to content); absent: no such term.
  public var queries: Values?
  public init(keys: Values? = nil, queries: Values? = nil) { (self.keys, self.queries) = (keys, queries) }

  public func map<Other>(_ body: (Values) -> Other) -> RelativeVectors<Other> {
    RelativeVectors<Other>(keys: keys.map(body), queries: queries.map(body))
  }
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
  func allocate(_ byteCount: Int) -> Buffer
  func release(_ address: UnsafeMutableRawPointer, _ byteCount: Int)
  func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer)
  func download(_ buffer: Buffer, to bytes: UnsafeMutableRawBufferPointer)
  func synchronize()

  // MARK: Primitives
  func unary(_ op: UnaryOp, _ x: View, into out: View)
  func binary(_ op: BinaryOp, _ a: View, _ b: View, into out: View)
  func reduce(_ op: ReduceOp, _ x: View, axes: [Int], into out: View)
  /// `out = a b`, or `out += a b`; leading axes are batches, transposes are strides.
  func matmul(_ a: View, _ b: View, into out: View, accumulate: Bool)
  /// Copies and converts the element type.
  func copy(_ x: View, into out: View)
  func fill(_ out: View, with value: Double)
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
  /// `out = gradient · activation'(x + bias)`; may write over `gradient`.
  func activateBackward(_ activation: Activation, _ x: View, bias: View?, _ gradient: View, into out: View)
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
