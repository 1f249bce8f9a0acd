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

  /// What the element in `column` of the token with this counter is multiplied by: 0, or `1 / (1 - rate)`.
  ///
  /// The definition that every backend's kernels repeat bit by bit: 64 bits mixed from key and counter (SplitMix64) give
  /// two words, and 32-bit mixing of the column with both gives the number that is compared with the rate.
  public func factor(counter: Int32, column: UInt32) -> Float {
    guard rate > 0 else { return 1 }
    var z = key &+ 0x9E37_79B9_7F4A_7C15 &* (UInt64(UInt32(bitPattern: counter)) + 1)
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    var h = column &* 0x9E37_79B9 &+ UInt32(truncatingIfNeeded: z)
    h ^= h >> 16
    h = h &* 0x7FEB_352D
    h ^= (h >> 15) ^ UInt32(z >> 32)
    h = h &* 0x846C_A68B
    h ^= h >> 16
    return h < UInt32(Double(rate) * 4_294_967_296) ? 0 : 1 / (1 - rate)
  }
}
