import Foundation
import RefluxTensor
import Testing

@testable import RefluxCPU

@Suite("Packed attention")
struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var lengths: [Int], heads: Int, keyHeads: Int, size: Int, isCausal: Bool, rate: Float
    var testDescription: String {
      "\(lengths), \(heads)/\(keyHeads) heads of \(size), causal \(isCausal), dropout \(rate)"
    }
  }

  static let cases = [
    Case(lengths: [3, 1, 0, 5], heads: 2, keyHeads: 2, size: 4, isCausal: false, rate: 0),
    Case(lengths: [17, 6], heads: 4, keyHeads: 2, size: 5, isCausal: true, rate: 0.2),
    Case(lengths: [9, 20], heads: 3, keyHeads: 1, size: 8, isCausal: false, rate: 0.3),
    Case(lengths: [300], heads: 1, keyHeads: 1, size: 3, isCausal: true, rate: 0),
    Case(lengths: [290], heads: 2, keyHeads: 1, size: 2, isCausal: false, rate: 0.1),
    Case(lengths: [], heads: 2, keyHeads: 2, size: 4, isCausal: false, rate: 0),
  ]

  /// Everything in double precision, straight from the definition.
  struct Truth {
    var output, logSums, dQuery, dKey, dValue: [Double]

    init(
      _ c: Case, _ rows: RowOffsets, _ q: [Float], _ k: [Float], _ v: [Float], _ g: [Float], _ dropout: Dropout,
      _ counters: [Int32], _ scale: Double
    ) {
      let (width, keyWidth, size) = (c.heads * c.size, c.keyHeads * c.size, c.size)
      output = q.map { _ in 0 }
      dQuery = output
      dKey = k.map { _ in 0 }
      dValue = dKey
      logSums = [Double](repeating: 0, count: c.heads * rows.tokenCount)
      for row in 0..<rows.rowCount {
        for head in 0..<c.heads {
          let keyHead = head / (c.heads / c.keyHeads)
          for i in rows[row] {
            let seen = rows[row].filter { !c.isCausal || $0 <= i }
            func dot(_ a: [Float], _ p: Int, _ b: [Float], _ r: Int) -> Double {
              (0..<size).reduce(0) { $0 + Double(a[p + $1]) * Double(b[r + $1]) }
            }
            let scores = seen.map { scale * dot(q, i * width + head * size, k, $0 * keyWidth + keyHead * size) }
            let logSum = log(scores.reduce(0) { $0 + exp($1) })
            logSums[head * rows.tokenCount + i] = logSum
            let p = scores.map { exp($0 - logSum) }
            let kept = seen.map { token in
              Double(
                dropout.single(
                  counter: counters[i], column: UInt32(head) << 16 + UInt32(token - rows[row].lowerBound)))
            }
            let dp = seen.indices.map {
              kept[$0] * dot(g, i * width + head * size, v, seen[$0] * keyWidth + keyHead * size)
            }
            let delta = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
            for (n, j) in seen.enumerated() {
              let ds = p[n] * (dp[n] - delta) * scale
              for d in 0..<size {
                let (at, key) = (i * width + head * size + d, j * keyWidth + keyHead * size + d)
                output[at] += p[n] * kept[n] * Double(v[key])
                dValue[key] += p[n] * kept[n] * Double(g[at])
                dQuery[at] += ds * Double(k[key])
                dKey[key] += ds * Double(q[at])
              }
            }
          }
        }
      }
    }
  }

  @Test("agrees with the definition, forward and backward", arguments: cases, backends)
  func agrees(c: Case, backend: CPUBackend) {
    let rows = RowOffsets(lengths: c.lengths)
    let (tokens, width, keyWidth) = (rows.tokenCount, c.heads * c.size, c.keyHeads * c.size)
    let (q, g) = (numbers(tokens * width, seed: 1), numbers(tokens * width, seed: 2))
    let (k, v) = (numbers(tokens * keyWidth, seed: 3), numbers(tokens * keyWidth, seed: 4))
    let counters = (0..<Int32(tokens)).map { $0 &* 77 }
    let dropout = Dropout(key: 31, rate: c.rate)
    let truth = Truth(c, rows, q, k, v, g, dropout, counters, 0.7)

    // Keys and values side by side in one tensor, as one projection makes them.
    let both = backend.scratch([tokens, 2 * keyWidth])
    backend.copy(backend.view(k, [tokens, keyWidth]), into: both.columns(0..<keyWidth))
    backend.copy(backend.view(v, [tokens, keyWidth]), into: both.columns(keyWidth..<2 * keyWidth))
    let (key, value) = (both.columns(0..<keyWidth), both.columns(keyWidth..<2 * keyWidth))
    let query = backend.view(q, [tokens, width])
    let (out, logSums) = (backend.scratch([tokens, width]), backend.scratch([c.heads, tokens]))
    let shape = AttentionShape(
      rows: rows, heads: c.heads, keyValueHeads: c.keyHeads, scale: 0.7, isCausal: c.isCausal)
    let site = c.rate > 0 ? (dropout, counters: backend.view(ids: counters)) : nil
    backend.attention(
      query, key, value, relative: RelativeVectors(), shape, dropout: site, logSums: logSums, into: out)
    #expect(worst(out.values, truth.output) < 2e-6)
    #expect(worst(logSums.values, truth.logSums) < 2e-6)

    let dQuery = backend.scratch([tokens, width])
    let dBoth = backend.scratch([tokens, 2 * keyWidth])
    let (dKey, dValue) = (dBoth.columns(0..<keyWidth), dBoth.columns(keyWidth..<2 * keyWidth))
    backend.attentionBackward(
      query, key, value, relative: RelativeVectors(), out, logSums: logSums, shape, dropout: site,
      backend.view(g, [tokens, width]), queryGradient: dQuery, keyGradient: dKey, valueGradient: dValue,
      relativeGradients: RelativeVectors())
    #expect(worst(dQuery.values, truth.dQuery) < 5e-6)
    #expect(worst(dKey.values, truth.dKey) < 5e-6)
    #expect(worst(dValue.values, truth.dValue) < 5e-6)
  }
}
