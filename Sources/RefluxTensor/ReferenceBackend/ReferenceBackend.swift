#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The slow, obviously correct backend, which every other backend is tested against.
///
/// Each primitive reads its operands as double-precision numbers, computes, and rounds once to the element type of the
/// result. The fused kernels are the defaults.
public final class ReferenceBackend: Backend {
  public static let shared = ReferenceBackend()
  public let name = "reference"
  public init() {}

  // MARK: - Memory

  public func allocate(_ byteCount: Int) -> Buffer {
    let address = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    return Buffer(address: address, byteCount: byteCount, backend: self)
  }
  public func release(_ address: UnsafeMutableRawPointer, _ byteCount: Int) { address.deallocate() }
  public func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer) {
    if let base = bytes.baseAddress { buffer.address.copyMemory(from: base, byteCount: bytes.count) }
  }
  public func download(_ buffer: Buffer, to bytes: UnsafeMutableRawBufferPointer) {
    if let base = bytes.baseAddress { base.copyMemory(from: buffer.address, byteCount: bytes.count) }
  }
  public func synchronize() {}

  // MARK: - Elements

  public func copy(_ x: View, into out: View) { out.store(x.load()) }

  public func fill(_ out: View, with value: Double) { out.store([Double](repeating: value, count: out.layout.count)) }

  public func unary(_ op: UnaryOp, _ x: View, into out: View) { out.store(x.load().map { apply(op, $0) }) }

  public func binary(_ op: BinaryOp, _ a: View, _ b: View, into out: View) {
    let (x, y) = (a.load(), b.load())
    out.store(x.indices.map { apply(op, x[$0], y[$0]) })
  }

  public func reduce(_ op: ReduceOp, _ x: View, axes: [Int], into out: View) {
    var result = [Double](repeating: op == .sum ? 0 : -.infinity, count: out.layout.count)
    var target = Layout(rowMajor: out.layout.shape)
    for axis in axes { target.strides[axis] = 0 }
    target.shape = x.layout.shape
    for (value, place) in zip(x.load(), target.offsets) {
      result[place] = op == .sum ? result[place] + value : apply(BinaryOp.maximum, result[place], value)
    }
    out.store(result)
  }

  // MARK: - Matrices and rows

  public func matmul(_ a: View, _ b: View, into out: View, accumulate: Bool) {
    let rank = out.layout.shape.count
    let (m, n, k) = (out.layout.shape[rank - 2], out.layout.shape[rank - 1], a.layout.shape[rank - 1])
    let (x, y) = (a.load(), View(b.buffer, b.layout.transposed(rank - 2, rank - 1), b.dtype).load())
    var result = accumulate ? out.load() : [Double](repeating: 0, count: out.layout.count)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        for place in result.indices {
          let (row, column) = (place / n, place % n)  // `row` counts through the batches
          var sum = result[place]
          for t in 0..<k { sum += x[row * k + t] * y[(row / m * n + column) * k + t] }
          result[place] = sum
        }
      }
    }
    out.store(result)
  }

  public func gatherRows(_ table: View, _ rows: View, into out: View) {
    let (values, width) = (table.load(), table.layout.shape[1])
    let height = table.layout.shape[0]
    out.store(
      rows.load().flatMap { row in
        precondition(row >= 0 && Int(row) < height, "gather: row \(Int(row)) of a table of \(height) rows")
        return values[Int(row) * width..<(Int(row) + 1) * width]
      })
  }

  public func scatterAddRows(_ values: View, _ rows: View, into table: View) {
    let (parts, width, height) = (values.load(), table.layout.shape[1], table.layout.shape[0])
    var result = table.load()
    for (index, row) in rows.load().enumerated() {
      precondition(row >= 0 && Int(row) < height, "scatter: row \(Int(row)) of a table of \(height) rows")
      for column in 0..<width { result[Int(row) * width + column] += parts[index * width + column] }
    }
    table.store(result)
  }
}

private func apply(_ op: UnaryOp, _ x: Double) -> Double {
  switch op {
  case .negate: -x
  case .exp: exp(x)
  case .log: log(x)
  case .tanh: tanh(x)
  case .sqrt: x.squareRoot()
  case .reciprocal: 1 / x
  case .erf: erf(x)
  case .sigmoid: 1 / (1 + exp(-x))
  case .sign: x > 0 ? 1 : x < 0 ? -1 : x
  case .abs: abs(x)
  }
}

private func apply(_ op: BinaryOp, _ a: Double, _ b: Double) -> Double {
  switch op {
  case .add: a + b
  case .subtract: a - b
  case .multiply: a * b
  case .divide: a / b
  // Not a number if one of them is not.
  case .maximum: a.isNaN || a > b ? a : b
  case .minimum: a.isNaN || a < b ? a : b
  }
}
