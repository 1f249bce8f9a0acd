/// Which elements a dropout site drops: a pure function of the key and of where the element is.
///
/// An element's fate depends on `key` (seed, step and site), on the counter of its token (which row of the step, which
/// position in it) and on its column; never on threads, on the order of work, or on how a step was cut into batches.
/// Nothing is stored for the backward pass: the mask is made again from the same numbers.
///
/// The numbers are defined here, and every backend computes the same bits:
/// ```
/// seed   = splitmix(key + 0x9e3779b97f4a7c15 · (counter + 1))   // 64 bits; the finalizer of SplitMix64
/// first  = low 32 bits of seed,  second = high 32 bits
/// h      = column · 0x9e3779b9 + first                          // 32 bits from here on
/// h     ^= h >> 16;  h *= 0x7feb352d
/// h     ^= h >> 15;  h ^= second;  h *= 0x846ca68b
/// h     ^= h >> 16
/// ```
/// and the element is dropped when `h < rate · 2^32`, else multiplied by `1 / (1 - rate)` (in float32).
public struct Dropout: Sendable {
  /// Names the seed, the step and the place in the network.
  public let key: UInt64
  /// The probability of an element to be zeroed; the rest is divided by `1 - rate`.
  public let rate: Float
  public init(key: UInt64, rate: Float) {
    precondition(rate >= 0 && rate < 1, "dropout: the rate is \(rate); it must be at least 0 and below 1")
    (self.key, self.rate) = (key, rate)
  }

  /// What the element in `column` of the token with this counter is multiplied by: 0, or `1 / (1 - rate)`.
  public func factor(counter: Int32, column: UInt32) -> Float {
    let threshold = UInt32(Double(rate) * 4_294_967_296)
    let seed = splitMix(key &+ 0x9E37_79B9_7F4A_7C15 &* (UInt64(UInt32(bitPattern: counter)) + 1))
    var h = column &* 0x9E37_79B9 &+ UInt32(truncatingIfNeeded: seed)
    h = (h ^ h >> 16) &* 0x7FEB_352D
    h = (h ^ h >> 15 ^ UInt32(seed >> 32)) &* 0x846C_A68B
    h ^= h >> 16
    return h < threshold ? 0 : 1 / (1 - rate)
  }
}

/// The finalizer of SplitMix64: every bit of `z` moves every bit of the result.
func splitMix(_ z: UInt64) -> UInt64 {
  var z = z
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
