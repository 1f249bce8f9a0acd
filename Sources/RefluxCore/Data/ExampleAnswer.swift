#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a model says about one example, and what was right where that is known.
public struct ExampleAnswer: Sendable, Equatable {
  public var example: ExampleID
  public var logits: [Float]
  public var label: Label?
  /// Of a language model: how likely the row's labelled tokens are together, in nats, and how many there are.
  public var likelihood: Likelihood?
  public struct Likelihood: Sendable, Equatable {
    public var sum: Double
    public var tokens: Int
    public init(sum: Double, tokens: Int) { (self.sum, self.tokens) = (sum, tokens) }
  }
  public init(_ example: ExampleID, logits: [Float], label: Label?) {
    (self.example, self.logits, self.label) = (example, logits, label)
  }

  /// Softmax of the logits, computed in double precision.
  public var probabilities: [Double] { softmax(logits) }
  /// Index of the largest logit; the first of several.
  public var choice: Int {
    logits.indices.max { logits[$0] < logits[$1] || (logits[$0] == logits[$1] && $0 > $1) } ?? 0
  }
}

/// Softmax of one row in double precision, for answers that leave the engine.
public func softmax(_ logits: [Float]) -> [Double] {
  let peak = logits.max().map(Double.init) ?? 0
  let powers = logits.map { exp(Double($0) - peak) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}
