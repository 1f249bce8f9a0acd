/// Which elements a dropout site drops: a pure function of the key and of where the element is.
///
/// An element's fate depends on `key` (seed, step and site), on the counter of its token (which row of the step, which
/// position in it) and on its column; never on threads, on the order of work, or on how a step was cut into batches.
/// Nothing is stored for the backward pass: the mask is made again from the same numbers.
public struct Dropout: Sendable {
  /// Names the seed, the step and the place in the network.
  public let key: UInt64
  /// The probability of an element to be zeroed; the rest is divided by `1 - rate`.
  public let rate: Float
  public init(key: UInt64, rate: Float) { (self.key, self.rate) = (key, rate) }
}
