import RefluxTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a parameter begins when no checkpoint has it.
public enum Initialization: Sendable, Equatable {
  case zeros
  case ones
  /// Normally distributed around 0. The row of `padding` is zero.
  case normal(deviation: Float, padding: Int? = nil)
  /// Evenly distributed between `-bound` and `bound`.
  case uniform(bound: Float)

  /// The numbers of a parameter: a function of the seed and the parameter's name, whatever else is initialised.
  func values(_ shape: Shape, seed: UInt64, name: String) -> [Float] {
    let count = shape.reduce(1, *)
    switch self {
    case .zeros: return [Float](repeating: 0, count: count)
    case .ones: return [Float](repeating: 1, count: count)
    case .uniform(let bound):
      var random = RandomSource(seed: seed, "parameter \(name)")
      return (0..<count).map { _ in bound * Float(Double(random.next() >> 11) * 0x1p-52 - 1) }
    case .normal(let deviation, let padding):
      var random = RandomSource(seed: seed, "parameter \(name)")
      var values = [Float](unsafeUninitializedCapacity: count) { space, filled in
        for index in stride(from: 0, to: count, by: 2) {
          let (first, second) = normalPair(&random)
          space[index] = deviation * first
          if index + 1 < count { space[index + 1] = deviation * second }
        }
        filled = count
      }
      if let padding, shape.count == 2, padding >= 0, padding < shape[0] {
        for index in padding * shape[1]..<(padding + 1) * shape[1] { values[index] = 0 }
      }
      return values
    }
  }
}

/// Two independent standard normal numbers (Box and Muller, 1958).
private func normalPair(_ random: inout RandomSource) -> (Float, Float) {
  // 53 random bits each; the first is in (0, 1], so that its logarithm is finite.
  let u = Double((random.next() >> 11) + 1) * 0x1p-53
  let angle = 2 * Double.pi * Double(random.next() >> 11) * 0x1p-53
  let radius = (-2 * log(u)).squareRoot()
  return (Float(radius * cos(angle)), Float(radius * sin(angle)))
}
