#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The slow, obviously correct backend. Every other backend is tested against it.
public final class ReferenceBackend: Backend {
  public static let shared = ReferenceBackend()
  public let name = "reference"
  public init() {}

  public func allocate(_ byteCount: Int) -> Buffer {
    let address = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    address.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return Buffer(address: address, byteCount: byteCount, backend: self)
  }
  public func release(_ address: UnsafeMutableRawPointer, _ byteCount: Int) { address.deallocate() }
  public func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    buffer.address.copyMemory(from: base, byteCount: bytes.count)
  }
  public func download(_ buffer: Buffer, to bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    base.copyMemory(from: buffer.address, byteCount: bytes.count)
  }
  public func synchronize() {}

  public func unary(_ op: UnaryOp, _ x: View, into out: View) {
    let (from, to) = (floats(x), floats(out))
    walk(x.layout, out.layout) { i, o in
      let v = from[i]
      switch op {
      case .negate: to[o] = -v
      case .exp: to[o] = exp(v)
      case .log: to[o] = log(v)
      case .tanh: to[o] = tanh(v)
      case .sqrt: to[o] = v.squareRoot()
      case .sign: to[o] = v > 0 ? 1 : (v < 0 ? -1 : 0)
      default: fatalError()
      }
    }
  }

  public func binary(_ op: BinaryOp, _ a: View, _ b: View, into out: View) {
    let (x, y, to) = (floats(a), floats(b), floats(out))
    let outLayout = out.layout
    let bOffsets = offsets(b.layout)
    var step = 0
    walk(a.layout, outLayout) { i, o in
      let j = bOffsets[step]
      step += 1
      switch op {
      case .add: to[o] = x[i] + y[j]
      case .subtract: to[o] = x[i] - y[j]
      case .multiply: to[o] = x[i] * y[j]
      case .divide: to[o] = x[i] / y[j]
      case .maximum: to[o] = max(x[i], y[j])
      case .minimum: to[o] = min(x[i], y[j])
      }
    }
  }

  public func reduce(_ op: ReduceOp, _ x: View, axes: [Int], into out: View) {
    let (from, to) = (floats(x), floats(out))
    var layout = out.layout
    for axis in axes { layout.strides[axis] = 0 }
    layout.shape = x.layout.shape
    walk(out.layout, out.layout) { _, o in to[o] = op == .sum ? 0 : -.infinity }
    walk(x.layout, layout) { i, o in to[o] = op == .sum ? to[o] + from[i] : max(to[o], from[i]) }
  }

  public func matmul(_ a: View, _ b: View, into out: View, accumulate: Bool = false) {
    let (x, y, to) = (floats(a), floats(b), floats(out))
    let rank = out.layout.shape.count
    let (m, n, k) = (out.layout.shape[rank - 2], out.layout.shape[rank - 1], a.layout.shape[rank - 1])
    func batches(_ v: View) -> [Int] {
      offsets(
        Layout(
          shape: Array(v.layout.shape.dropLast(2)), strides: Array(v.layout.strides.dropLast(2)),
          offset: v.layout.offset))
    }
    let (sa, sb, so) = (a.layout.strides, b.layout.strides, out.layout.strides)
    for ((p, q), r) in zip(zip(batches(a), batches(b)), batches(out)) {
      for i in 0..<m {
        for j in 0..<n {
          var sum: Float = 0
          for t in 0..<k {
            sum += x[p + i * sa[rank - 2] + t * sa[rank - 1]] * y[q + t * sb[rank - 2] + j * sb[rank - 1]]
          }
          to[r + i * so[rank - 2] + j * so[rank - 1]] = sum
        }
      }
    }
  }

  public func copy(_ x: View, into out: View) {
    let from = x.buffer.address.assumingMemoryBound(to: UInt32.self)
    let to = out.buffer.address.assumingMemoryBound(to: UInt32.self)
    walk(x.layout, out.layout) { i, o in to[o] = from[i] }
  }

  public func gatherRows(_ table: View, _ rows: View, into out: View) {
    let (from, to) = (floats(table), floats(out))
    let ids = rows.buffer.address.assumingMemoryBound(to: Int32.self)
    let width = table.layout.shape[1]
    for (step, r) in offsets(rows.layout).enumerated() {
      for c in 0..<width {
        to[step * width + c] =
          from[table.layout.offset + Int(ids[r]) * table.layout.strides[0] + c * table.layout.strides[1]]
      }
    }
  }

  public func scatterAddRows(_ values: View, _ rows: View, into table: View) {
    let (from, to) = (floats(values), floats(table))
    let ids = rows.buffer.address.assumingMemoryBound(to: Int32.self)
    let width = table.layout.shape[1]
    for (step, r) in offsets(rows.layout).enumerated() {
      for c in 0..<width { to[Int(ids[r]) * width + c] += from[step * width + c] }
    }
  }

  private func floats(_ v: View) -> UnsafeMutablePointer<Float> {
    precondition(v.dtype == .float32, "\(name): this kernel takes float32")
    return v.buffer.address.assumingMemoryBound(to: Float.self)
  }

  /// Calls `body` with the two offsets of each element, in row-major order.
  private func walk(_ a: Layout, _ b: Layout, _ body: (Int, Int) -> Void) {
    for (i, o) in zip(offsets(a), offsets(b)) { body(i, o) }
  }

  private func offsets(_ layout: Layout) -> [Int] {
    var result = [layout.offset]
    for (length, stride) in zip(layout.shape, layout.strides) {
      result = result.flatMap { base in (0..<length).map { base + $0 * stride } }
    }
    return result
  }
}
