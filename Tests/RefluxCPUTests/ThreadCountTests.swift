import RefluxTensor
import Testing

@testable import RefluxCPU

/// Shapes large enough to be cut into several chunks.
@Suite("The same bits with any number of threads")
struct ThreadCountTests {
  /// The bits of what `body` computes on 1, 2, 3 and 5 threads must be equal.
  func expectSame(_ name: String, _ body: (CPUBackend) -> [View]) {
    func bits(_ threads: Int) -> [[UInt32]] {
      body(CPUBackend(threads: threads)).map { view in
        UnsafeBufferPointer(start: view.floats, count: view.layout.count).map(\.bitPattern)
      }
    }
    let expected = bits(1)
    for threads in [2, 3, 5] { #expect(bits(threads) == expected, "\(name) on \(threads) threads") }
  }

  @Test("matrix products")
  func products() {
    for (m, k, n) in [(2100, 40, 64), (96, 500, 1100), (333, 129, 200)] {
      expectSame("\(m) x \(k) x \(n)") { backend in
        let out = backend.scratch([m, n])
        backend.matmul(
          backend.view(numbers(m * k), [m, k]), backend.view(numbers(k * n), [k, n]), into: out, accumulate: false)
        return [out]
      }
    }
    expectSame("batches") { backend in
      let out = backend.scratch([70, 30, 20])
      backend.matmul(
        backend.view(numbers(70 * 30 * 40), [70, 30, 40]), backend.view(numbers(70 * 40 * 20), [70, 40, 20]), into: out,
        accumulate: false)
      return [out]
    }
  }

  @Test("layer normalization, softmax, activations and sums")
  func layers() {
    let (rows, width) = (700, 96)
    let (x, dy) = (numbers(rows * width), numbers(rows * width, seed: 2))
    expectSame("layer normalization") { backend in
      let dropout = (Dropout(key: 5, rate: 0.1), counters: backend.view(ids: (0..<Int32(rows)).map { $0 }))
      let input = backend.view(x, [rows, width])
      let row = backend.view(numbers(width), [width])
      let results = (0..<4).map { _ in backend.scratch([rows, width]) }
      let (mean, inverse) = (backend.scratch([rows]), backend.scratch([rows]))
      let parameters = (0..<3).map { _ in backend.scratch([width]) }
      backend.layerNorm(
        input, bias: row, residual: input, dropout: dropout, scale: row, shift: row, epsilon: 1e-5, sum: results[0],
        mean: mean, inverseDeviation: inverse, into: results[1])
      backend.layerNormBackward(
        results[0], dropout: dropout, scale: row, mean: mean, inverseDeviation: inverse,
        backend.view(dy, [rows, width]), sumGradient: results[2], xGradient: results[3], biasGradient: parameters[0],
        scaleGradient: parameters[1], shiftGradient: parameters[2])
      return results + [mean, inverse] + parameters
    }
    expectSame("rows and sums") { backend in
      let input = backend.view(x, [rows, width])
      let (y, sums, total) = (backend.scratch([rows, width]), backend.scratch([width]), backend.scratch([1, 1]))
      let table = backend.view([Float](repeating: 0, count: 40 * width), [40, width])
      backend.softmax(input, log: true, into: y)
      backend.activate(.gelu, y, bias: nil, into: y)
      backend.sumRows(y, into: sums)
      backend.reduce(.sum, y, axes: [0, 1], into: total)
      backend.scatterAddRows(y, backend.view(ids: (0..<Int32(rows)).map { $0 * 13 % 40 }), into: table)
      let norm = backend.view([Float(backend.sumOfSquares(y))], [1])
      return [y, sums, total, table, norm]
    }
  }

  @Test("attention", arguments: [false, true], [false, true])
  func attention(isCausal: Bool, isRelative: Bool) {
    let rows = RowOffsets(lengths: [40, 3, 25, 280, 1, 17])
    let (tokens, keyHeads) = (rows.tokenCount, isRelative ? 4 : 2)
    let (width, keyWidth) = (4 * 8, keyHeads * 8)
    expectSame("attention") { backend in
      let shape = AttentionShape(rows: rows, heads: 4, keyValueHeads: keyHeads, scale: 0.3, isCausal: isCausal)
      let dropout = (Dropout(key: 5, rate: 0.1), counters: backend.view(ids: (0..<Int32(tokens)).map { $0 }))
      func matrix(_ rows: Int, _ columns: Int, _ seed: UInt64) -> View {
        backend.view(numbers(rows * columns, seed: seed), [rows, columns])
      }
      let (query, gradient) = (matrix(tokens, width, 1), matrix(tokens, width, 2))
      let (key, value) = (matrix(tokens, keyWidth, 3), matrix(tokens, keyWidth, 4))
      let tables = isRelative ? (5...6).map { matrix(2 * 280 - 1, width, $0) } : []
      let relative = RelativeVectors(keys: tables.first, queries: tables.last)
      let relativeGradients = relative.map { backend.scratch($0.layout.shape) }
      let (out, logSums) = (backend.scratch([tokens, width]), backend.scratch([4, tokens]))
      let gradients = [width, keyWidth, keyWidth].map { backend.scratch([tokens, $0]) }
      backend.attention(
        query, key, value, relative: relative, shape, dropout: dropout, logSums: logSums, into: out)
      backend.attentionBackward(
        query, key, value, relative: relative, out, logSums: logSums, shape, dropout: dropout, gradient,
        queryGradient: gradients[0], keyGradient: gradients[1], valueGradient: gradients[2],
        relativeGradients: relativeGradients)
      return [out, logSums] + gradients + [relativeGradients.keys, relativeGradients.queries].compactMap { $0 }
    }
  }
}
