import RefluxTensor

private let matrices: [Shape] = [[0, 5], [1, 1], [1, 7], [5, 17], [3, 64], [9, 130]]

extension BackendConformance {
  func checkSoftmax() {
    for shape in matrices + [[2, 3, 33], [4]] {
      for log in [false, true] {
        let x = Operand(shape, in: -30...30)
        compare("softmax, log \(log)", [x], [Operand(shape)]) { $0.softmax($1[0], log: log, into: $2[0]) }
        compare("softmaxBackward, log \(log)", [x, Operand(shape, in: -1...1, "g")], [Operand(shape), Operand(shape)]) {
          $0.softmax($1[0], log: log, into: $2[0])
          $0.softmaxBackward($2[0], $1[1], log: log, into: $2[1])
        }
      }
    }
    for shape in matrices where shape[0] > 0 {
      let columns = [Operand([shape[0]], in: 0...0), Operand([shape[0]], in: 0...0)]
      compare("tokenStatistics", [], [Operand(shape, in: -30...30)] + columns) { backend, _, out in
        let targets = Tensor(ids: (0..<shape[0]).map { Int32($0 * 7 % shape[1]) }, on: backend)
        backend.tokenStatistics(out[0], targets: targets.storage, losses: out[1], entropies: out[2])
      }
    }
    let large = Operand([1000, 0, -1000, 1000, 1000, 1001], [2, 3])
    compare("softmax of large numbers", [large], [Operand([2, 3])]) { $0.softmax($1[0], log: false, into: $2[0]) }
  }

  func checkActivations() {
    for shape in matrices {
      for activation in Activation.allCases {
        let (x, bias, g) = (
          Operand(shape, in: -6...6), Operand([shape[1]], in: -1...1, "b"), Operand(shape, in: -2...2, "g")
        )
        for hasBias in [false, true] {
          let what = "\(activation), bias \(hasBias)"
          compare(what, [x, bias], [Operand(shape)]) {
            $0.activate(activation, $1[0], bias: hasBias ? $1[1] : nil, into: $2[0])
          }
          compare("\(what), backward", [x, bias, g], [Operand(shape)]) {
            $0.activateBackward(activation, $1[0], bias: hasBias ? $1[1] : nil, $1[2], value: nil, into: $2[0])
          }
          compare("\(what), backward with the value", [x, bias, g], [Operand(shape), Operand(shape)]) {
            $0.activateBackward(activation, $1[0], bias: hasBias ? $1[1] : nil, $1[2], value: $2[1], into: $2[0])
          }
          compare("\(what), backward in place", [x, bias], [g]) {
            $0.activateBackward(activation, $1[0], bias: hasBias ? $1[1] : nil, $2[0], value: nil, into: $2[0])
          }
        }
      }
    }
  }

  func checkNormalization() {
    for shape in matrices where shape != [1, 1] {
      for bits in 0..<8 {
        let (hasResidual, hasBias, drops) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
        let isPlain = bits == 0
        let column = [shape[1]]
        let inputs = [
          Operand(shape), Operand(shape, in: -1...1, "residual"), Operand(column, in: -1...1, "bias"),
          Operand(column, in: 0.5...2, "scale"), Operand(column, in: -1...1, "shift"), Operand(shape, in: -1...1, "g"),
        ]
        let outputs = [Operand(shape), Operand(shape), Operand([shape[0]]), Operand([shape[0]])]
        let gradients = [shape, shape, column, column, column].map { Operand($0) }
        func dropout(_ backend: any Backend) -> (Dropout, counters: View)? {
          guard drops else { return nil }
          let counters = (0..<Int32(shape[0])).map { $0 << 16 | 5 }
          return (Dropout(key: 77, rate: 0.3), counters: Tensor(ids: counters, on: backend).storage)
        }
        let what = "layerNorm, residual \(hasResidual), bias \(hasBias), dropout \(drops)"
        compare(what, inputs, outputs + gradients) { backend, x, out in
          backend.layerNorm(
            x[0], bias: hasBias ? x[2] : nil, residual: hasResidual ? x[1] : nil, dropout: dropout(backend),
            scale: x[3], shift: x[4], epsilon: 1e-3, sum: isPlain ? nil : out[1], mean: out[2],
            inverseDeviation: out[3], into: out[0])
          backend.layerNormBackward(
            isPlain ? x[0] : out[1], dropout: dropout(backend), scale: x[3], mean: out[2], inverseDeviation: out[3],
            x[5], sumGradient: out[4], xGradient: drops ? out[5] : nil, biasGradient: hasBias ? out[6] : nil,
            scaleGradient: hasResidual ? nil : out[7], shiftGradient: out[8])
        }
      }
    }
  }

  func checkAttention() {
    for lengths in [[], [0], [1], [3, 0, 1, 17], [70, 33]] as [[Int]] {
      for (heads, keyValueHeads, size) in [(1, 1, 4), (4, 2, 8), (2, 2, 33)] {
        for bits in 0..<16 {
          let shape = AttentionShape(
            rows: RowOffsets(lengths: lengths), heads: heads, keyValueHeads: keyValueHeads, scale: 0.4,
            isCausal: bits & 1 != 0)
          let terms = RelativeVectors(keys: bits & 4 != 0 ? () : nil, queries: bits & 8 != 0 ? () : nil)
          guard bits < 4 || heads == keyValueHeads else { continue }
          checkAttention(shape, size: size, drops: bits & 2 != 0, terms)
        }
      }
    }
  }

  private func checkAttention(_ shape: AttentionShape, size: Int, drops: Bool, _ terms: RelativeVectors<Void>) {
    let tokens = shape.rows.tokenCount
    let (wide, narrow) = ([tokens, shape.heads * size], [tokens, shape.keyValueHeads * size])
    // Two offsets more than the longest row has.
    let table = [2 * shape.rows.longest + 1, shape.heads * size]
    let inputs = [
      Operand(wide), Operand(narrow, in: -2...2, "key"), Operand(narrow, in: -2...2, "value"),
      Operand(wide, in: -1...1, "g"), Operand(table, in: -1...1, "keys"), Operand(table, in: -1...1, "queries"),
    ]
    let outputs = [wide, [shape.heads, tokens], wide, narrow, narrow, table, table].map { Operand($0) }
    func dropout(_ backend: any Backend) -> (Dropout, counters: View)? {
      guard drops else { return nil }
      let counters = (0..<shape.rows.rowCount).flatMap { row in
        shape.rows[row].indices.map { Int32(row << 16 | ($0 - shape.rows[row].lowerBound)) }
      }
      return (Dropout(key: 78, rate: 0.3), counters: Tensor(ids: counters, on: backend).storage)
    }
    func vectors(_ keys: View, _ queries: View) -> RelativeVectors<View> {
      RelativeVectors(keys: terms.keys.map { keys }, queries: terms.queries.map { queries })
    }
    let what =
      "attention, rows \(shape.rows.lengths), heads \(shape.heads) and \(shape.keyValueHeads), causal "
      + "\(shape.isCausal), dropout \(drops), relative keys \(terms.keys != nil), queries \(terms.queries != nil)"
    compare(what, inputs, outputs) { backend, x, out in
      let relative = vectors(x[4], x[5])
      backend.attention(
        x[0], x[1], x[2], relative: relative, shape, dropout: dropout(backend), logSums: out[1], into: out[0])
      backend.attentionBackward(
        x[0], x[1], x[2], relative: relative, out[0], logSums: out[1], shape, dropout: dropout(backend), x[3],
        queryGradient: out[2], keyGradient: out[3], valueGradient: out[4], relativeGradients: vectors(out[5], out[6]))
    }
  }

  func checkOptimizer() {
    for count in [0, 1, 17, 5000] {
      for number in [1, 10] {
        let step = AdamWStep(
          learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, step: number,
          gradientScale: 0.5)
        let outputs = [
          Operand([count], in: -1...1, "w"), Operand([count], in: -1...1, "m"), Operand([count], in: 0...1, "v"),
        ]
        compare("adamW, step \(number)", [Operand([count], in: -1...1, "g")], outputs) {
          $0.adamW(step, weight: $2[0], gradient: $1[0], mean: $2[1], square: $2[2])
        }
        let table = [
          Operand([count, 5], in: -1...1, "w"), Operand([count, 5], in: -1...1, "m"),
          Operand([count, 5], in: 0...1, "v"),
        ]
        compare("adamW of some rows, step \(number)", [Operand([count, 5], in: -1...1, "g")], table) {
          $0.adamW(
            step, weight: $2[0], gradient: $1[0], mean: $2[1], square: $2[2],
            isActive: (0..<count).map { $0 % 7 < 3 || $0 > 900 })
        }
      }
    }
  }
}
