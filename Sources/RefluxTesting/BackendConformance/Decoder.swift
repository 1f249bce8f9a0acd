import RefluxTensor

private let matrices: [Shape] = [[0, 8], [1, 8], [5, 40], [3, 64], [9, 136]]

// The row kernels of decoders, products with stored weights, and attention to a cache.
extension BackendConformance {
  func checkDecoder() {
    checkRootMeanSquareNorm()
    checkRotation()
    checkGates()
    checkWeights()
    checkCachedAttention()
  }

  private func checkRootMeanSquareNorm() {
    for shape in matrices {
      let column = [shape[1]]
      let inputs = [Operand(shape), Operand(column, in: 0.5...2, "scale"), Operand(shape, in: -1...1, "g")]
      for learns in [false, true] {
        let outputs = [Operand(shape), Operand([shape[0]]), Operand(shape), Operand(column)]
        compare("rootMeanSquareNorm, scale learns \(learns)", inputs, outputs) { backend, x, out in
          backend.rootMeanSquareNorm(x[0], scale: x[1], epsilon: 1e-3, inverse: out[1], into: out[0])
          backend.rootMeanSquareNormBackward(
            x[0], scale: x[1], inverse: out[1], x[2], xGradient: out[2], scaleGradient: learns ? out[3] : nil)
        }
      }
    }
  }

  private func checkRotation() {
    for shape in matrices {
      for half in [2, 4] {
        let angles = [Operand([7, half], in: -1...1, "cosines"), Operand([7, half], in: -1...1, "sines")]
        for isInverse in [false, true] {
          compare("rotate, inverse \(isInverse)", [Operand(shape)] + angles, [Operand(shape)]) { backend, x, out in
            let positions = Tensor(ids: (0..<shape[0]).map { Int32($0 * 3 % 7) }, on: backend)
            backend.rotate(
              x[0], cosines: x[1], sines: x[2], positions: positions.storage, isInverse: isInverse, into: out[0])
          }
        }
      }
    }
  }

  private func checkGates() {
    for shape in matrices {
      for activation in Activation.allCases {
        let inputs = [Operand(shape, in: -6...6), Operand(shape, in: -2...2, "up"), Operand(shape, in: -1...1, "g")]
        compare("gate \(activation)", inputs, [Operand(shape), Operand(shape), Operand(shape)]) { backend, x, out in
          backend.gate(activation, x[0], x[1], into: out[0])
          backend.gateBackward(activation, x[0], x[1], x[2], gateGradient: out[1], upGradient: out[2])
        }
      }
    }
  }

  /// Weights `[outputs, inputs]` in every floating type, transposed and not, times few rows and many.
  private func checkWeights() {
    for (rows, inputs, outputs) in [(1, 130, 301), (3, 128, 129), (7, 33, 600), (8, 2100, 17), (20, 2100, 250)] {
      for type in [DType.float32, .bfloat16, .float16] {
        for accumulates in [false, true] {
          let x = Operand([rows, inputs], in: -1...1)
          let weights = Operand([outputs, inputs], in: -1...1, "weights")
          let transposed = Operand([inputs, outputs], in: -1...1, "weights")
          let what = "weights of \(type), \(rows) rows, accumulates \(accumulates)"
          let result = Operand([rows, outputs], in: -1...1, "result")
          compare(what, [x, weights], [result], tolerance: 2e-4) { backend, x, out in
            let stored = Tensor(storage: x[1]).converted(to: type).storage
            let layout = Layout(shape: [inputs, outputs], strides: [1, inputs])
            backend.matmul(x[0], View(stored.buffer, layout, type), into: out[0], accumulate: accumulates)
          }
          compare("\(what), as they lie", [x, transposed], [result], tolerance: 2e-4) { backend, x, out in
            let stored = Tensor(storage: x[1]).converted(to: type).storage
            backend.matmul(x[0], stored, into: out[0], accumulate: accumulates)
          }
        }
      }
    }
  }

  private func checkCachedAttention() {
    let rows = RowOffsets(lengths: [1, 3, 1])
    for (heads, keyValueHeads, size) in [(1, 1, 4), (4, 2, 8)] {
      var shape = AttentionShape(rows: rows, heads: heads, keyValueHeads: keyValueHeads, scale: 0.4, isCausal: true)
      shape.keys = [40..<57, 0..<9, 20..<21]
      let (wide, narrow) = ([5, heads * size], [60, keyValueHeads * size])
      let inputs = [Operand(wide), Operand(narrow, in: -2...2, "key"), Operand(narrow, in: -2...2, "value")]
      compare("attention to a cache", inputs, [Operand(wide), Operand([heads, 5])]) { backend, x, out in
        backend.attention(
          x[0], x[1], x[2], relative: RelativeVectors(), shape, dropout: nil, logSums: out[1], into: out[0])
      }
    }
  }
}
