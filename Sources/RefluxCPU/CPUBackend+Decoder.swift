import CRefluxKernels
import RefluxTensor

// The row kernels of decoders.
extension CPUBackend {
  public func rootMeanSquareNorm(_ x: View, scale: View, epsilon: Float, inverse: View, into out: View) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.rootMeanSquareNorm(x, scale: scale, epsilon: epsilon, inverse: inverse, into: out)
    }
    requireDenseFloats("rootMeanSquareNorm", x, scale, inverse, out)
    let columns = x.layout.columns
    timing.measure(.kernel) {
      workers.splitRows(x.layout.rows, columns, elements: 1 << 14) { range in
        let (row, start) = (range.lowerBound, range.lowerBound * columns)
        kernels.rms_norm(
          x.floats + start, scale.floats, epsilon, inverse.floats + row, out.floats + start, range.count, columns)
      }
    }
  }

  public func rootMeanSquareNormBackward(
    _ x: View, scale: View, inverse: View, _ gradient: View, xGradient: View, scaleGradient: View?
  ) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.rootMeanSquareNormBackward(
        x, scale: scale, inverse: inverse, gradient, xGradient: xGradient, scaleGradient: scaleGradient)
    }
    requireDenseFloats("rootMeanSquareNormBackward", x, scale, inverse, gradient, xGradient, scaleGradient)
    let (rows, columns) = (x.layout.rows, x.layout.columns)
    // Each chunk has its own sum over rows, added up in order at the end.
    let grain = max(64, (1 << 16) / max(columns, 1))
    let chunks = scaleGradient == nil ? 0 : (rows + grain - 1) / grain
    timing.measure(.kernel) {
      withTemporary(chunks * columns) { parts in
        kernels.fill(parts, 0, chunks * columns)
        workers.split(rows, grain: grain) { range in
          let (row, start) = (range.lowerBound, range.lowerBound * columns)
          kernels.rms_norm_backward(
            x.floats + start, scale.floats, inverse.floats + row, gradient.floats + start, xGradient.floats + start,
            scaleGradient == nil ? nil : parts + row / grain * columns, range.count, columns)
        }
        if let scaleGradient {
          kernels.fill(scaleGradient.floats, 0, columns)
          kernels.add_columns(parts, scaleGradient.floats, chunks, columns)
        }
      }
    }
  }

  public func rotate(_ x: View, cosines: View, sines: View, positions: View, isInverse: Bool, into out: View) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.rotate(
        x, cosines: cosines, sines: sines, positions: positions, isInverse: isInverse, into: out)
    }
    requireDenseFloats("rotate", x, cosines, sines, out)
    let (columns, half) = (x.layout.columns, cosines.layout.columns)
    let ids = checkedIDs(positions, below: cosines.layout.shape[0])
    timing.measure(.kernel) {
      workers.splitRows(x.layout.rows, columns, elements: 1 << 14) { range in
        let start = range.lowerBound * columns
        kernels.rotate(
          x.floats + start, cosines.floats, sines.floats, ids.pointer(Int32.self) + range.lowerBound,
          isInverse ? -1 : 1, out.floats + start, range.count, columns / (2 * half), half)
      }
    }
  }

  public func gate(_ activation: Activation, _ x: View, _ up: View, into out: View) {
    guard x.dtype == .float32 else { return ReferenceBackend.shared.gate(activation, x, up, into: out) }
    requireDenseFloats("gate", x, up, out)
    timing.measure(.kernel) {
      workers.split(x.layout.count, grain: 1 << 14) { range in
        let start = range.lowerBound
        kernels.gate(activation.code, x.floats + start, up.floats + start, out.floats + start, range.count)
      }
    }
  }

  public func gateBackward(
    _ activation: Activation, _ x: View, _ up: View, _ gradient: View, gateGradient: View, upGradient: View
  ) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.gateBackward(
        activation, x, up, gradient, gateGradient: gateGradient, upGradient: upGradient)
    }
    requireDenseFloats("gateBackward", x, up, gradient, gateGradient, upGradient)
    timing.measure(.kernel) {
      workers.split(x.layout.count, grain: 1 << 14) { range in
        let start = range.lowerBound
        kernels.gate_backward(
          activation.code, x.floats + start, up.floats + start, gradient.floats + start, gateGradient.floats + start,
          upGradient.floats + start, range.count)
      }
    }
  }
}
