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
    /// The longer a row is, the larger is its base, from `original` tokens on (dynamic NTK-aware scaling; emozilla, 2023).
    case dynamic(factor: Double, original: Int)
  }

  /// Radians per position of each pair of elements; in longer rows dynamic scaling has others.
  public let frequencies: [Double]  // [size / 2]
  private let size: Int
  private let base: Double
  private let scaling: Scaling
  private let table = Mutex(AngleTable())

  public init(size: Int, base: Double, scaling: Scaling = .none) {
    (self.size, self.base, self.scaling) = (size, base, scaling)
    frequencies = Self.frequencies(size, base).map { Self.scaled($0, scaling) }
  }

  private static func frequencies(_ size: Int, _ base: Double) -> [Double] {
    (0..<size / 2).map { pow(base, -2 * Double($0) / Double(size)) }
  }

  private static func scaled(_ frequency: Double, _ scaling: Scaling) -> Double {
    switch scaling {
    case .none, .dynamic: return frequency
    case .linear(let factor): return frequency / factor
    case .llama3(let factor, let low, let high, let original):
      let wavelength = 2 * Double.pi / frequency
      if wavelength > original / low { return frequency / factor }
      if wavelength < original / high { return frequency }
      let share = (original / wavelength - low) / (high - low)
      return (1 - share) * frequency / factor + share * frequency
    }
  }

  /// The frequencies of a row of so many tokens where they are its own: those of the base that transformers takes for a
  /// batch of this row alone.
  private func frequencies(ofRow length: Int) -> [Double]? {
    guard case .dynamic(let factor, let original) = scaling, length > original, size > 2 else { return nil }
    let stretch = factor * Double(length) / Double(original) - (factor - 1)
    return Self.frequencies(size, base * pow(stretch, Double(size) / Double(size - 2)))
  }

  /// A table of angles, and where in it each token's are; `positions` are those in the rows.
  fileprivate func angles(_ positions: [Int32], _ rows: RowOffsets) -> (table: AngleTable, places: [Int32]) {
    var (table, places) = (shared(Int(positions.max() ?? 0) + 1), positions)
    for row in 0..<rows.rowCount {
      guard let last = positions[rows[row]].last, let own = frequencies(ofRow: Int(last) + 1) else { continue }
      for token in rows[row] {
        places[token] = Int32(table.count)
        table.append(Int(positions[token]), own)
      }
    }
    return (table, places)
  }

  /// The angles of positions `0 ..< length` or more, for rows without frequencies of their own.
  private func shared(_ length: Int) -> AngleTable {
    table.withLock { table in
      if table.count < length {
        for position in table.count..<max(length, 2 * table.count, 64) { table.append(position, frequencies) }
      }
      return table
    }
  }
}

/// Cosines and sines of angles.
private struct AngleTable: Sendable {
  var cosines: [Float] = []  // [count, size / 2]
  var sines: [Float] = []
  private(set) var count = 0

  mutating func append(_ position: Int, _ frequencies: [Double]) {
    for frequency in frequencies {
      cosines.append(Float(cos(Double(position) * frequency)))
      sines.append(Float(sin(Double(position) * frequency)))
    }
    count += 1
  }
}

/// The rotation of a packed batch's tokens, the same in every layer.
public struct TokenRotation {
  private let cosines: Tensor, sines: Tensor  // [places, size / 2]
  private let places: Tensor  // [tokens] int32

  /// `positions` are the tokens' places in their rows, whose earlier tokens may have been read before.
  public init(_ embedding: RotaryEmbedding, positions: [Int32], rows: RowOffsets, on backend: any Backend) {
    let (table, places) = embedding.angles(positions, rows)
    let shape = [table.count, embedding.frequencies.count]
    (cosines, sines) = (Tensor(table.cosines, shape, on: backend), Tensor(table.sines, shape, on: backend))
    self.places = Tensor(ids: places, on: backend)
  }

  /// `[tokens, heads · size]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.rotated(cosines: cosines, sines: sines, positions: places) }
}
