import RefluxTensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The angles of rotary position embeddings (Su et al., 2021), for as many positions as have been asked for.
public final class RotaryEmbedding: Sendable {
  /// How the frequencies of a pretrained model were stretched for longer rows.
  public enum Scaling: Sendable, Equatable {
    case none
    /// All positions closer together (Chen et al., 2023).
    case linear(factor: Double)
    /// LLaMA 3.1: wavelengths above `original / low` are stretched by `factor`, those below `original / high` are not, and
    /// those between them in part.
    case llama3(factor: Double, low: Double, high: Double, original: Double)
  }

  /// Radians per position of each pair of elements.
  public let frequencies: [Double]  // [size / 2]
  private let tables = Mutex<(length: Int, cosines: [Float], sines: [Float])>((0, [], []))

  public init(size: Int, base: Double, scaling: Scaling = .none) {
    frequencies = (0..<size / 2).map { pair in
      Self.scaled(pow(base, -2 * Double(pair) / Double(size)), scaling)
    }
  }

  private static func scaled(_ frequency: Double, _ scaling: Scaling) -> Double {
    switch scaling {
    case .none: return frequency
    case .linear(let factor): return frequency / factor
    case .llama3(let factor, let low, let high, let original):
      let wavelength = 2 * Double.pi / frequency
      if wavelength > original / low { return frequency / factor }
      if wavelength < original / high { return frequency }
      let share = (original / wavelength - low) / (high - low)
      return (1 - share) * frequency / factor + share * frequency
    }
  }

  /// The cosines and sines of positions `0 ..< length` or more: two constants of `[positions, size / 2]`.
  func angles(_ length: Int, on backend: any Backend) -> (cosines: Tensor, sines: Tensor) {
    let (rows, cosines, sines) = tables.withLock { tables in
      if tables.length < length {
        let wanted = max(length, 2 * tables.length, 64)
        for position in tables.length..<wanted {
          for frequency in frequencies {
            tables.cosines.append(Float(cos(Double(position) * frequency)))
            tables.sines.append(Float(sin(Double(position) * frequency)))
          }
        }
        tables.length = wanted
      }
      return tables
    }
    let shape = [rows, frequencies.count]
    return (Tensor(cosines, shape, on: backend), Tensor(sines, shape, on: backend))
  }
}

/// The rotation of a packed batch's tokens, the same in every layer.
public struct TokenRotation {
  private let cosines: Tensor, sines: Tensor
  private let positions: Tensor  // [tokens] int32

  public init(_ embedding: RotaryEmbedding, positions: [Int32], on backend: any Backend) {
    (cosines, sines) = embedding.angles(Int(positions.max() ?? 0) + 1, on: backend)
    self.positions = Tensor(ids: positions, on: backend)
  }

  /// `[tokens, heads · size]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.rotated(cosines: cosines, sines: sines, positions: positions) }
}
