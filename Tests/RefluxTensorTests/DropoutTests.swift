import RefluxTesting
import Testing

@testable import RefluxTensor

@Suite struct DropoutTests {
  /// The first factors of one token, worked out apart from this package (Python integers).
  @Test func theDefinitionIsFixed() {
    let dropout = Dropout(key: 0x0123_4567_89AB_CDEF, rate: 0.5)
    let kept = (0..<32).map { dropout.factor(counter: 65539, column: $0) == 2 ? "1" : "0" }
    #expect(kept.joined() == "11100111111010011101101100000000")
  }

  /// Counts of dropped elements over keys, counters, columns and along runs, as chi-square with one degree each.
  @Test(arguments: [Float(0.1), 0.5]) func elementsAreDroppedIndependently(_ rate: Float) {
    let (keys, tokens, columns) = (8, 64, 256)
    let mask = (0..<keys).map { key in
      (0..<tokens).map { token in
        (0..<columns).map { column in
          let counter = Int32((token / 16) << 16 | token % 16)
          return Dropout(key: UInt64(key), rate: rate).factor(counter: counter, column: UInt32(column)) == 0
        }
      }
    }
    let p = Double(rate)
    func deviation(_ dropped: Int, of total: Int, expecting q: Double) -> Double {
      (Double(dropped) - Double(total) * q) / (Double(total) * q * (1 - q)).squareRoot()
    }
    func expectChiSquare(_ deviations: [Double], _ what: String) {
      let (sum, freedom) = (deviations.reduce(0) { $0 + $1 * $1 }, Double(deviations.count))
      #expect(abs(sum - freedom) < 4.5 * (2 * freedom).squareRoot(), "\(what): \(sum) of \(freedom)")
    }
    let all = mask.joined().joined().filter { $0 }.count
    #expect(abs(deviation(all, of: keys * tokens * columns, expecting: p)) < 4)
    let perToken = mask.joined().map { deviation($0.filter { $0 }.count, of: columns, expecting: p) }
    expectChiSquare(perToken, "tokens")
    let perColumn = (0..<columns).map { column in
      deviation(mask.joined().filter { $0[column] }.count, of: keys * tokens, expecting: p)
    }
    expectChiSquare(perColumn, "columns")
    // Both of two neighbours: along columns, tokens and keys.
    func expectIndependent(_ what: String, _ step: (Int, Int, Int)) {
      var pairs: [Double] = []
      for key in 0..<(keys - step.0) {
        for token in 0..<(tokens - step.1) {
          let both = (0..<(columns - step.2)).filter { column in
            mask[key][token][column] && mask[key + step.0][token + step.1][column + step.2]
          }
          pairs.append(deviation(both.count, of: columns - step.2, expecting: p * p))
        }
      }
      let mean = pairs.reduce(0, +) / Double(pairs.count)
      #expect(abs(mean) * Double(pairs.count).squareRoot() < 4.5, "\(what): mean deviation \(mean)")
    }
    expectIndependent("neighbouring columns", (0, 0, 1))
    expectIndependent("columns 16 apart", (0, 0, 16))
    expectIndependent("neighbouring tokens", (0, 1, 0))
    expectIndependent("rows", (0, 16, 0))
    expectIndependent("keys", (1, 0, 0))
    expectIndependent("diagonals", (0, 1, 1))
  }

  @Test func theMaskDoesNotDependOnHowRowsAreCut() {
    let dropout = Dropout(key: 5, rate: 0.4)
    let (x, counters) = (Tensor.ones([6, 9]), Tensor(ids: [0, 1, 2, 65536, 65537, 131072]))
    let whole = x.dropout(dropout, counters: counters)
    let parts = [0..<2, 2..<6].map { x.sliced($0).dropout(dropout, counters: counters.sliced($0)) }
    #expect(Tensor.concatenated(parts).floats == whole.floats)
    #expect(Set(whole.floats) == [0, 1 / (1 - Float(0.4))])
  }

  @Test func nothingIsDroppedWithoutDropout() {
    let x = Tensor([1, 2], [1, 2])
    #expect(x.dropout(nil, counters: Tensor(ids: [0])).floats == [1, 2])
    #expect(x.dropout(Dropout(key: 1, rate: 0), counters: Tensor(ids: [0])).floats == [1, 2])
  }
}
