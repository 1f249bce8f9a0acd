import Foundation
import RefluxTensor
import Testing

@testable import RefluxCPU

@Suite("Kernels of layers")
struct LayerKernelTests {
  static let widths = [1, 3, 8, 16, 31, 100]

  func activation(_ kind: Activation, _ x: Double) -> Double {
    switch kind {
    case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .geluTanh: x * 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .relu: max(x, 0)
    case .tanh: tanh(x)
    case .silu: x / (1 + exp(-x))
    }
  }

  @Test("activations and their derivatives", arguments: backends)
  func activations(backend: CPUBackend) {
    for kind in Activation.allCases {
      for width in Self.widths {
        let x = numbers(5 * width).map { $0 * 6 }
        let (bias, dy) = (numbers(width, seed: 2), numbers(5 * width, seed: 3))
        let (input, gradient) = (backend.view(x, [5, width]), backend.view(dy, [5, width]))
        for bias in [bias, nil] {
          let view = bias.map { backend.view($0, [width]) }
          let shifted = x.indices.map { Double(x[$0] + (bias?[$0 % width] ?? 0)) }
          let out = backend.scratch([5, width])
          backend.activate(kind, input, bias: view, into: out)
          #expect(worst(out.values, shifted.map { activation(kind, $0) }) < 2e-7, "\(kind)")
          backend.activateBackward(kind, input, bias: view, gradient, value: nil, into: out)
          let slopes = shifted.map { (activation(kind, $0 + 1e-6) - activation(kind, $0 - 1e-6)) / 2e-6 }
          #expect(worst(out.values, zip(slopes, dy).map { $0 * Double($1) }) < 1e-6, "\(kind)")
          let (value, both) = (backend.scratch([5, width]), backend.scratch([5, width]))
          backend.activateBackward(kind, input, bias: view, gradient, value: value, into: both)
          #expect(worst(value.values, shifted.map { activation(kind, $0) }) < 2e-7, "\(kind)")
          #expect(both.values == out.values, "\(kind)")
        }
      }
    }
  }

  @Test("softmax, its logarithm and their gradients", arguments: backends)
  func softmax(backend: CPUBackend) {
    for width in Self.widths {
      let (x, dy) = (numbers(4 * width).map { $0 * 30 }, numbers(4 * width, seed: 3))
      var (expected, slopes) = ([[Double]](repeating: [], count: 2), [[Double]](repeating: [], count: 2))
      for row in 0..<4 {
        let values = (0..<width).map { Double(x[row * width + $0]) }
        let gradients = (0..<width).map { Double(dy[row * width + $0]) }
        let sum = values.reduce(0) { $0 + exp($1) }
        let y = values.map { exp($0) / sum }
        let dot = zip(y, gradients).reduce(0) { $0 + $1.0 * $1.1 }
        expected[0] += y
        expected[1] += values.map { $0 - log(sum) }
        slopes[0] += zip(y, gradients).map { $0 * ($1 - dot) }
        slopes[1] += zip(y, gradients).map { $1 - $0 * gradients.reduce(0, +) }
      }
      for log in [false, true] {
        let (y, dx) = (backend.scratch([4, width]), backend.scratch([4, width]))
        backend.softmax(backend.view(x, [4, width]), log: log, into: y)
        #expect(worst(y.values, expected[log ? 1 : 0]) < 5e-7)
        backend.softmaxBackward(y, backend.view(dy, [4, width]), log: log, into: dx)
        #expect(worst(dx.values, slopes[log ? 1 : 0]) < 5e-6)
      }
    }
  }

  @Test("layer normalization with bias, dropout and residual, and its gradients", arguments: backends)
  func layerNorm(backend: CPUBackend) {
    let rows = 130
    for width in [1, 5, 48] {
      for (isPlain, rate) in [(true, Float(0)), (false, 0), (false, 0.25)] {
        let (x, residual) = (numbers(rows * width), numbers(rows * width, seed: 2))
        let (bias, scale) = (numbers(width, seed: 3), numbers(width, seed: 4))
        let (shift, dy) = (numbers(width, seed: 5), numbers(rows * width, seed: 6))
        let counters = (0..<Int32(rows)).map { $0 * 3 + 1 }
        let dropout = Dropout(key: 99, rate: rate)
        let view = backend.view(ids: counters)
        func factor(_ index: Int) -> Double {
          Double(dropout.single(counter: counters[index / width], column: UInt32(index % width)))
        }
        func sums(_ x: [Double], _ bias: [Double]) -> [Double] {
          isPlain ? x : x.indices.map { (x[$0] + bias[$0 % width]) * factor($0) + Double(residual[$0]) }
        }
        /// The scalar whose gradient the backward kernel must give: the sum of `dy` times the result.
        func result(_ sums: [Double], _ scale: [Double], _ shift: [Double], row: Int) -> [Double] {
          let values = (0..<width).map { sums[row * width + $0] }
          let mean = values.reduce(0, +) / Double(width)
          let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
          return (0..<width).map { (values[$0] - mean) / (variance + 1e-5).squareRoot() * scale[$0] + shift[$0] }
        }
        let (doubles, biases) = (x.map(Double.init), bias.map(Double.init))
        let (scales, shifts) = (scale.map(Double.init), shift.map(Double.init))
        let allSums = sums(doubles, biases)

        let (out, sum) = (backend.scratch([rows, width]), backend.scratch([rows, width]))
        let (mean, inverse) = (backend.scratch([rows]), backend.scratch([rows]))
        let input = backend.view(x, [rows, width])
        backend.layerNorm(
          input, bias: isPlain ? nil : backend.view(bias, [width]),
          residual: isPlain ? nil : backend.view(residual, [rows, width]),
          dropout: isPlain ? nil : (dropout, counters: view), scale: backend.view(scale, [width]),
          shift: backend.view(shift, [width]), epsilon: 1e-5, sum: isPlain ? nil : sum, mean: mean,
          inverseDeviation: inverse, into: out)
        let expected = (0..<rows).flatMap { result(allSums, scales, shifts, row: $0) }
        #expect(worst(out.values, expected) < 5e-6)
        if !isPlain { #expect(worst(sum.values, allSums) < 1e-6) }

        let (dSum, dx) = (backend.scratch([rows, width]), backend.scratch([rows, width]))
        let parameters = (0..<3).map { _ in backend.scratch([width]) }
        backend.layerNormBackward(
          isPlain ? input : sum, dropout: isPlain ? nil : (dropout, counters: view),
          scale: backend.view(scale, [width]), mean: mean, inverseDeviation: inverse,
          backend.view(dy, [rows, width]), sumGradient: dSum, xGradient: dx, biasGradient: parameters[0],
          scaleGradient: parameters[1], shiftGradient: parameters[2])
        func loss(_ sums: [Double], _ scale: [Double], _ shift: [Double], row: Int) -> Double {
          result(sums, scale, shift, row: row).enumerated().reduce(0) {
            $0 + $1.element * Double(dy[row * width + $1.offset])
          }
        }
        var (expectedSum, expectedScale) = ([Double](), [Double](repeating: 0, count: width))
        for row in 0..<rows {
          for column in 0..<width {
            func moved(_ by: Double) -> Double {
              var sums = allSums
              sums[row * width + column] += by
              return loss(sums, scales, shifts, row: row)
            }
            expectedSum.append((moved(1e-5) - moved(-1e-5)) / 2e-5)
            let plain = (expected[row * width + column] - shifts[column]) / scales[column]
            expectedScale[column] += plain * Double(dy[row * width + column])
          }
        }
        let expectedX = expectedSum.indices.map { isPlain ? expectedSum[$0] : expectedSum[$0] * factor($0) }
        func columnSums(_ values: [Double]) -> [Double] {
          (0..<width).map { column in (0..<rows).reduce(0) { $0 + values[$1 * width + column] } }
        }
        #expect(worst(dSum.values, expectedSum) < 1e-5)
        #expect(worst(dx.values, expectedX) < 1e-5)
        #expect(worst(parameters[0].values, columnSums(expectedX)) < 2e-5)
        #expect(worst(parameters[1].values, expectedScale) < 2e-5)
        #expect(worst(parameters[2].values, columnSums(dy.map(Double.init))) < 1e-5)
      }
    }
  }
}
