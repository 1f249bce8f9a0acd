import CRefluxKernels
import RefluxTensor

/// The largest number of rows for which reading the weights is what a product costs.
private let fewRows = 8

/// Columns and inner elements of the weights that are converted at a time: a piece stays in the processor's cache until
/// it is packed, and is as wide as it can be, since the other operand is packed anew for each.
private let convertedColumns = 480, convertedRows = 384

// Products with weights that stay in their stored type, and products of a few rows.
extension CPUBackend {
  /// Does `out = a b` without packing or copying `b`, if there are few rows and `b` lies transposed, each output's weights
  /// side by side; otherwise does nothing and returns false.
  func multiplyFewRows(_ a: View, _ b: View, into out: View, _ accumulate: Bool) -> Bool {
    let rank = out.layout.shape.count
    let (m, n, k) = (out.layout.shape[rank - 2], out.layout.shape[rank - 1], a.layout.shape[rank - 1])
    guard rank == 2, !accumulate, m <= fewRows, n * k >= 1 << 14, out.dtype == .float32, a.dtype == .float32,
      b.dtype != .float64, b.dtype != .int32, b.layout.strides == [1, k],
      let left = order(a), !left.isTransposed, let target = order(out), !target.isTransposed
    else { return false }
    timing.measure(.product) {
      workers.split(n, grain: max(16, (1 << 17) / k / 4 * 4)) { range in
        let (x, y) = (a.floats, out.floats + range.lowerBound)
        let (inputStride, outputStride) = (left.leadingDimension, target.leadingDimension)
        switch b.dtype {
        case .bfloat16:
          kernels.few_rows_bfloat16(
            x, inputStride, m, b.pointer(UInt16.self) + range.lowerBound * k, y, outputStride, range.count, k)
        case .float16:
          withTemporary(range.count * k) { weights in
            kernels.float16_to_float(b.pointer(UInt16.self) + range.lowerBound * k, weights, range.count * k)
            kernels.few_rows_float(x, inputStride, m, weights, y, outputStride, range.count, k)
          }
        default:
          kernels.few_rows_float(x, inputStride, m, b.floats + range.lowerBound * k, y, outputStride, range.count, k)
        }
      }
    }
    return true
  }

  /// Does `out = a b` or `out += a b` with a 16-bit `b`, of which only pieces are converted at a time; returns false if it
  /// does not lie in a way that this can be done.
  func multiplyStored(_ a: View, _ b: View, into out: View, _ accumulate: Bool) -> Bool {
    guard out.layout.shape.count == 2, out.dtype == .float32, a.dtype == .float32,
      b.dtype == .bfloat16 || b.dtype == .float16, let left = order(a), let right = order(b),
      let target = order(out), !target.isTransposed
    else { return false }
    let (m, n, k) = (out.layout.shape[0], out.layout.shape[1], a.layout.shape[1])
    let matrix = BLASMatrix(
      address: UnsafePointer(a.floats), leadingDimension: left.leadingDimension, isTransposed: left.isTransposed)
    let (width, height) = (convertedWidth(n), min(k, convertedRows))
    timing.measure(.product) {
      withTemporary(width * height * threads) { room in
        workers.run(chunks: (n + width - 1) / width) { chunk, worker in
          let columns = chunk * width..<min(n, (chunk + 1) * width)
          let weights = room + worker * width * height
          for start in stride(from: 0, to: k, by: height) {
            let rows = start..<min(k, start + height)
            let piece = converted(b, rows, columns, right, into: weights)
            Float.multiply(
              m, columns.count, rows.count, matrix.from(column: start), piece, beta: accumulate || start > 0 ? 1 : 0,
              out.floats + columns.lowerBound, target.leadingDimension)
          }
        }
      }
    }
    return true
  }

  /// As even pieces of `n` columns as can be, and an even number of them, so that two threads share them fairly.
  private func convertedWidth(_ n: Int) -> Int {
    let unit = 48
    guard n > 2 * unit else { return n }
    let pieces = (n + 2 * convertedColumns - 1) / (2 * convertedColumns) * 2
    return ((n + pieces - 1) / pieces + unit - 1) / unit * unit
  }

  /// A block of a 16-bit matrix as float32, in the order in which it is stored.
  private func converted(
    _ b: View, _ rows: Range<Int>, _ columns: Range<Int>, _ order: (isTransposed: Bool, leadingDimension: Int),
    into room: UnsafeMutablePointer<Float>
  ) -> BLASMatrix<Float> {
    let (outer, inner) = order.isTransposed ? (columns, rows) : (rows, columns)
    let kernel = b.dtype == .bfloat16 ? kernels.bfloat16_to_float : kernels.float16_to_float
    let base = b.pointer(UInt16.self) + inner.lowerBound
    for (place, line) in outer.enumerated() {
      kernel?(base + line * order.leadingDimension, room + place * inner.count, inner.count)
    }
    return BLASMatrix(address: UnsafePointer(room), leadingDimension: inner.count, isTransposed: order.isTransposed)
  }
}
