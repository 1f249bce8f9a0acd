import RefluxCPU
import RefluxTensor

/// Speeds of the matrix products and fused kernels at the shapes of a BERT-base layer.
///
/// Times are processor time divided by the number of threads, so that other processes on the machine disturb little.
struct KernelBenchmark {
  let backend: CPUBackend
  let tokens: Int
  let rowLength: Int
  private let hidden = 768
  private let wide = 3072
  private let heads = 12

  func run() {
    print("products, \(tokens) tokens: GFLOP/s")
    product("  forward        [tokens, 768] x [768, 768]'", tokens, hidden, hidden, rightTransposed: true)
    product("  forward        [tokens, 768] x [3072, 768]'", tokens, hidden, wide, rightTransposed: true)
    product("  forward        [tokens, 3072] x [768, 3072]'", tokens, wide, hidden, rightTransposed: true)
    product("  input gradient [tokens, 3072] x [3072, 768]", tokens, wide, hidden)
    product("  weight gradient [tokens, 3072]' x [tokens, 768]", wide, tokens, hidden, leftTransposed: true)
    product("  weight gradient [tokens, 768]' x [tokens, 768]", hidden, tokens, hidden, leftTransposed: true)
    print("kernels: ms, GB/s of what they read and write")
    kernels()
    attention()
  }

  private func product(
    _ name: String, _ m: Int, _ k: Int, _ n: Int, leftTransposed: Bool = false, rightTransposed: Bool = false
  ) {
    let (a, b) = (matrix(m, k, transposed: leftTransposed), matrix(k, n, transposed: rightTransposed))
    let out = matrix(m, n)
    let seconds = best { backend.matmul(a, b, into: out, accumulate: false) }
    print("\(padded(name, 52)) \(rounded(2e-9 * Double(m) * Double(k) * Double(n) / seconds, 1))")
  }

  private func kernels() {
    let (x, y, z) = (matrix(tokens, hidden), matrix(tokens, hidden), matrix(tokens, hidden))
    let (f, g) = (matrix(tokens, wide), matrix(tokens, wide))
    let (scale, bias, wideBias) = (matrix(1, hidden), matrix(1, hidden), matrix(1, wide))
    let (mean, deviation) = (matrix(tokens, 1), matrix(tokens, 1))
    let counters = View(backend.allocate(tokens * 4), Layout(rowMajor: [tokens]), .int32)
    backend.fill(counters, with: 3)
    let dropout = (Dropout(key: 1, rate: 0.1), counters: counters)
    let small = Double(tokens * hidden * 4)
    kernel("gelu with bias", 8 * small) { backend.activate(.gelu, f, bias: wideBias, into: g) }
    kernel("gelu backward", 12 * small) { backend.activateBackward(.gelu, f, bias: wideBias, g, value: nil, into: g) }
    kernel("bias, dropout, residual, layer norm", 4 * small) {
      backend.layerNorm(
        x, bias: bias, residual: y, dropout: dropout, scale: scale, shift: bias, epsilon: 1e-12, sum: z, mean: mean,
        inverseDeviation: deviation, into: x)
    }
    kernel("  the same, backward", 4 * small) {
      backend.layerNormBackward(
        z, dropout: dropout, scale: scale, mean: mean, inverseDeviation: deviation, y, sumGradient: x, xGradient: y,
        biasGradient: bias, scaleGradient: bias, shiftGradient: bias)
    }
    kernel("column sums", 4 * small) { backend.sumRows(f, into: wideBias) }
    kernel("addition", 3 * small) { backend.binary(.add, x, y, into: z) }
    let weights = (0..<4).map { _ in matrix(hidden * 12, hidden) }
    kernel("AdamW, 7 million weights", 7 * Double(12 * hidden * hidden * 4)) {
      backend.adamW(
        AdamWStep(learningRate: 1e-6, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: 5),
        weight: weights[0], gradient: weights[1], mean: weights[2], square: weights[3])
    }
  }

  private func attention() {
    let rows = RowOffsets(lengths: [Int](repeating: rowLength, count: tokens / rowLength))
    let shape = AttentionShape(rows: rows, heads: heads, scale: 0.125)
    let total = rows.tokenCount
    let views = (0..<8).map { _ in matrix(total, hidden) }
    let logSums = matrix(heads, total)
    let counters = View(backend.allocate(total * 4), Layout(rowMajor: [total]), .int32)
    backend.fill(counters, with: 3)
    let dropout = (Dropout(key: 1, rate: 0.1), counters: counters)
    let bytes = Double(total * hidden * 4)
    func measure(_ name: String, _ relative: RelativeVectors<View>) {
      let gradients = relative.map { _ in matrix(2 * rowLength - 1, hidden) }
      kernel("attention\(name), rows of \(rowLength)", 4 * bytes) {
        backend.attention(
          views[0], views[1], views[2], relative: relative, shape, dropout: dropout, logSums: logSums, into: views[3])
      }
      kernel("  backward", 8 * bytes) {
        backend.attentionBackward(
          views[0], views[1], views[2], relative: relative, views[3], logSums: logSums, shape, dropout: dropout,
          views[4], queryGradient: views[5], keyGradient: views[6], valueGradient: views[7],
          relativeGradients: gradients)
      }
    }
    measure("", RelativeVectors())
    let table = matrix(2 * rowLength - 1, hidden)
    measure(" with both relative terms", RelativeVectors(keys: table, queries: table))
  }

  private func kernel(_ name: String, _ bytes: Double, _ body: () -> Void) {
    let seconds = best(body)
    print("  \(padded(name, 50)) \(rounded(seconds * 1e3, 2)) ms  \(rounded(bytes / seconds / 1e9, 1))")
  }

  /// Small numbers, so that nothing overflows however often a kernel runs.
  private func matrix(_ rows: Int, _ columns: Int, transposed: Bool = false) -> View {
    let (first, second) = transposed ? (columns, rows) : (rows, columns)
    let dense = View(backend.allocate(rows * columns * 4), Layout(rowMajor: [first, second]), .float32)
    let floats = dense.buffer.address.assumingMemoryBound(to: Float.self)
    for index in 0..<rows * columns { floats[index] = Float((index &* 2_654_435_761) >> 7 & 1023) / 5120 - 0.1 }
    guard transposed else { return dense }
    return View(dense.buffer, Layout(shape: [rows, columns], strides: [1, rows]), .float32)
  }

  private func best(_ body: () -> Void) -> Double {
    body()
    var (best, spent) = (Double.infinity, 0.0)
    while spent < 0.4 {
      let start = ProcessorTime.now()
      body()
      let seconds = (ProcessorTime.now() - start) / Double(backend.threads)
      best = min(best, seconds)
      spent += seconds
    }
    return best
  }
}
