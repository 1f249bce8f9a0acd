import CRefluxKernels
import RefluxTensor

extension UnaryOp {
  var code: reflux_unary {
    switch self {
    case .negate: REFLUX_NEGATE
    case .exp: REFLUX_EXP
    case .log: REFLUX_LOG
    case .tanh: REFLUX_TANH
    case .sqrt: REFLUX_SQRT
    case .reciprocal: REFLUX_RECIPROCAL
    case .erf: REFLUX_ERF
    case .sigmoid: REFLUX_SIGMOID
    case .sign: REFLUX_SIGN
    case .abs: REFLUX_ABS
    }
  }
}

extension BinaryOp {
  var code: reflux_binary {
    switch self {
    case .add: REFLUX_ADD
    case .subtract: REFLUX_SUBTRACT
    case .multiply: REFLUX_MULTIPLY
    case .divide: REFLUX_DIVIDE
    case .maximum: REFLUX_MAXIMUM
    case .minimum: REFLUX_MINIMUM
    }
  }
}

/// Elements gathered at a time where they do not lie side by side.
private let blockLength = 256

extension CPUBackend {
  public func unary(_ op: UnaryOp, _ x: View, into out: View) {
    guard x.dtype == .float32 && out.dtype == .float32 else { return ReferenceBackend.shared.unary(op, x, into: out) }
    let runs = Runs([x.layout, out.layout])
    let (from, to) = (x.buffer.address, out.buffer.address)
    let (source, target) = (runs.steps[0], runs.steps[1])
    timing.measure(.kernel) {
      workers.forEachPiece(of: runs) { run, first, count in
        let input = from.assumingMemoryBound(to: Float.self) + runs.start(run, 0) + first * source
        let output = to.assumingMemoryBound(to: Float.self) + runs.start(run, 1) + first * target
        if source == 1 && target == 1 { return kernels.unary(op.code, input, output, count) }
        inBlocks(count) { start, length, a, _ in
          gather(input + start * source, source, length, a)
          kernels.unary(op.code, a, a, length)
          scatter(a, length, output + start * target, target)
        }
      }
    }
  }

  public func binary(_ op: BinaryOp, _ a: View, _ b: View, into out: View) {
    guard a.dtype == .float32 && b.dtype == .float32 && out.dtype == .float32 else {
      return ReferenceBackend.shared.binary(op, a, b, into: out)
    }
    let runs = Runs([a.layout, b.layout, out.layout])
    let (left, right, to) = (a.buffer.address, b.buffer.address, out.buffer.address)
    let (leftStep, rightStep, target) = (runs.steps[0], runs.steps[1], runs.steps[2])
    timing.measure(.kernel) {
      workers.forEachPiece(of: runs) { run, first, count in
        let x = left.assumingMemoryBound(to: Float.self) + runs.start(run, 0) + first * leftStep
        let y = right.assumingMemoryBound(to: Float.self) + runs.start(run, 1) + first * rightStep
        let output = to.assumingMemoryBound(to: Float.self) + runs.start(run, 2) + first * target
        switch (leftStep, rightStep, target) {
        case (1, 1, 1): kernels.binary(op.code, x, y, output, count)
        case (1, 0, 1): kernels.binary_scalar(op.code, x, y.pointee, output, count)
        case (0, 1, 1): kernels.scalar_binary(op.code, x.pointee, y, output, count)
        default:
          inBlocks(count) { start, length, a, b in
            gather(x + start * leftStep, leftStep, length, a)
            gather(y + start * rightStep, rightStep, length, b)
            kernels.binary(op.code, a, b, a, length)
            scatter(a, length, output + start * target, target)
          }
        }
      }
    }
  }

  public func fill(_ out: View, with value: Double) {
    let runs = Runs([out.layout])
    let step = runs.steps[0]
    timing.measure(.kernel) {
      workers.forEachPiece(of: runs) { run, first, count in
        let start = runs.start(run, 0) + first * step
        func set<Element>(_ element: Element) {
          let target = out.buffer.address.assumingMemoryBound(to: Element.self) + start
          for index in 0..<count { target[index * step] = element }
        }
        switch out.dtype {
        case .float32:
          if step == 1 {
            kernels.fill(out.buffer.address.assumingMemoryBound(to: Float.self) + start, Float(value), count)
          } else {
            set(Float(value))
          }
        case .float64: set(value)
        case .int32: set(Int32(value))
        case .bfloat16: set(rounded(Float(value), kernels.float_to_bfloat16))
        case .float16: set(rounded(Float(value), kernels.float_to_float16))
        }
      }
    }
  }

  private func rounded(
    _ value: Float, _ convert: (UnsafePointer<Float>?, UnsafeMutablePointer<UInt16>?, Int) -> Void
  ) -> UInt16 {
    var (value, result) = (value, UInt16(0))
    convert(&value, &result, 1)
    return result
  }

  /// Calls `body` with the start and length of each block of `count` elements and room for two blocks.
  private func inBlocks(
    _ count: Int, _ body: (Int, Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * blockLength) { room in
      guard let a = room.baseAddress else { return }
      for start in stride(from: 0, to: count, by: blockLength) {
        body(start, min(blockLength, count - start), a, a + blockLength)
      }
    }
  }

  private func gather(
    _ from: UnsafeMutablePointer<Float>, _ step: Int, _ count: Int, _ to: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count { to[index] = from[index * step] }
  }

  private func scatter(
    _ from: UnsafeMutablePointer<Float>, _ count: Int, _ to: UnsafeMutablePointer<Float>, _ step: Int
  ) {
    for index in 0..<count { to[index * step] = from[index] }
  }
}
