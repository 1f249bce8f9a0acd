import CRefluxKernels
import RefluxTensor

extension Activation {
  var code: reflux_activation {
    switch self {
    case .gelu: REFLUX_GELU
    case .geluTanh: REFLUX_GELU_TANH
    case .relu: REFLUX_RELU
    case .tanh: REFLUX_ACTIVATION_TANH
    case .silu: REFLUX_SILU
    }
  }
}

extension CPUBackend {
  public func activate(_ activation: Activation, _ x: View, bias: View?, into out: View) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.activate(activation, x, bias: bias, into: out)
    }
    requireDenseFloats("activate", x, bias, out)
    let columns = x.layout.columns
    timing.measure(.kernel) {
      workers.splitRows(x.layout.rows, columns, elements: 1 << 14) { range in
        let start = range.lowerBound * columns
        kernels.activate(activation.code, x.floats + start, bias?.floats, out.floats + start, range.count, columns)
      }
    }
  }

  public func activateBackward(
    _ activation: Activation, _ x: View, bias: View?, _ gradient: View, value: View?, into out: View
  ) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.activateBackward(activation, x, bias: bias, gradient, value: value, into: out)
    }
    requireDenseFloats("activateBackward", x, bias, gradient, value, out)
    let columns = x.layout.columns
    timing.measure(.kernel) {
      workers.splitRows(x.layout.rows, columns, elements: 1 << 14) { range in
        let start = range.lowerBound * columns
        kernels.activate_backward(
          activation.code, x.floats + start, bias?.floats, gradient.floats + start, value.map { $0.floats + start },
          out.floats + start, range.count, columns)
      }
    }
  }

  public func layerNorm(
    _ x: View, bias: View?, residual: View?, dropout: (Dropout, counters: View)?, scale: View, shift: View,
    epsilon: Float, sum: View?, mean: View, inverseDeviation: View, into out: View
  ) {
    guard x.dtype == .float32 else {
      return ReferenceBackend.shared.layerNorm(
        x, bias: bias, residual: residual, dropout: dropout, scale: scale, shift: shift, epsilon: epsilon, sum: sum,
        mean: mean, inverseDeviation: inverseDeviation, into: out)
    }
    requireDenseFloats("layerNorm", x, bias, residual, scale, shift, sum, mean, inverseDeviation, out)
    let (rows, columns) = (x.layout.rows, x.layout.columns)
    let isSum = bias == nil && residual == nil && dropout == nil
    let sum = sum ?? (isSum ? nil : scratch(x.layout.shape))
    timing.measure(.kernel) {
      workers.splitRows(rows, columns, elements: 1 << 14) { range in
        let (row, start) = (range.lowerBound, range.lowerBound * columns)
        kernels.layer_norm(
          x.floats + start, bias?.floats, residual.map { $0.floats + start }, mask(dropout, at: row), scale.floats,
          shift.floats, epsilon, sum.map { $0.floats + start }, mean.floats + row, inverseDeviation.floats + row,
          out.floats + start, range.count, columns)
      }
    }
  }

  public func layerNormBackward(
    _ sum: View, dropout: (Dropout, counters: View)?, scale: View, mean: View, inverseDeviation: View,
    _ gradient: View, sumGradient: View, xGradient: View?, biasGradient: View?, scaleGradient: View?,
    shiftGradient: View?
  ) {
    guard sum.dtype == .float32 else {
      return ReferenceBackend.shared.layerNormBackward(
        sum, dropout: dropout, scale: scale, mean: mean, inverseDeviation: inverseDeviation, gradient,
        sumGradient: sumGradient, xGradient: xGradient, biasGradient: biasGradient, scaleGradient: scaleGradient,
        shiftGradient: shiftGradient)
    }
    requireDenseFloats(
      "layerNormBackward", sum, scale, mean, inverseDeviation, gradient, sumGradient, xGradient, biasGradient,
      scaleGradient, shiftGradient)
    let (rows, columns) = (sum.layout.rows, sum.layout.columns)
    // Each chunk has its own sums over rows, added up in order at the end.
    let grain = max(64, (1 << 16) / max(columns, 1))
    let chunks = (rows + grain - 1) / grain
    let wanted = [biasGradient, scaleGradient, shiftGradient]
    timing.measure(.kernel) {
      withTemporary(3 * chunks * columns) { parts in
        kernels.fill(parts, 0, 3 * chunks * columns)
        workers.split(rows, grain: grain) { range in
          let (row, start) = (range.lowerBound, range.lowerBound * columns)
          func part(_ index: Int) -> UnsafeMutablePointer<Float>? {
            wanted[index] == nil ? nil : parts + (index * chunks + row / grain) * columns
          }
          kernels.layer_norm_backward(
            sum.floats + start, mask(dropout, at: row), scale.floats, mean.floats + row,
            inverseDeviation.floats + row, gradient.floats + start, sumGradient.floats + start,
            xGradient.map { $0.floats + start }, part(0), part(1), part(2), range.count, columns)
        }
        for (index, view) in wanted.enumerated() {
          guard let view else { continue }
          kernels.fill(view.floats, 0, columns)
          kernels.add_columns(parts + index * chunks * columns, view.floats, chunks, columns)
        }
      }
    }
  }
}
