/// Deterministic randomness (SplitMix64).
///
/// Streams are *derived*, not drawn from one another: `RandomSource(seed: 7, "order", epoch)` is the same numbers
/// whatever was drawn before it, so a resumed run needs no generator state.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64
  public init(seed: UInt64) { state = seed }

  /// The stream called `name` (and `index`) of a seed.
  public init(seed: UInt64, _ name: String, _ index: Int = 0) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var mixer = RandomSource(seed: seed ^ hash)
    var second = RandomSource(seed: mixer.next() &+ UInt64(bitPattern: Int64(index)))
    state = second.next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return splitMix(state)
  }
}
