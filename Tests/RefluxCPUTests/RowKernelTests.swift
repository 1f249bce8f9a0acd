import Foundation
import RefluxTensor
import Testing

@testable import RefluxCPU

@Suite("Kernels of tables, masks and the optimizer")
struct RowKernelTests {
  @Test("rows are looked up, added back in order, shifted and summed", arguments: backends)
  func rows(backend: CPUBackend) {
    for width in LayerKernelTests.widths {
      let (table, values) = (numbers(9 * width), numbers(6 * width, seed: 2))
      let ids: [Int32] = [3, 0, 8, 3, 3, 1]
      let out = backend.scratch([6, width])
      backend.gatherRows(backend.view(table, [9, width]), backend.view(ids: ids), into: out)
      #expect(out.values == ids.flatMap { table[Int($0) * width..<(Int($0) + 1) * width] })
      let target = backend.view(table, [9, width])
      backend.scatterAddRows(backend.view(values, [6, width]), backend.view(ids: ids), into: target)
      var expected = table
      for (entry, id) in ids.enumerated() {
        for column in 0..<width { expected[Int(id) * width + column] += values[entry * width + column] }
      }
      #expect(target.values == expected)
      let x = backend.view(values, [6, width])
      backend.addBias(backend.view(Array(table.prefix(width)), [width]), to: x)
      #expect(x.values == values.indices.map { values[$0] + table[$0 % width] })
      let sum = backend.scratch([width])
      backend.sumRows(backend.view(values, [6, width]), into: sum)
      let columns = (0..<width).map { c in (0..<6).reduce(0.0) { $0 + Double(values[$1 * width + c]) } }
      #expect(worst(sum.values, columns) < 1e-6)
    }
    let many = (0..<5000).map { Int32($0 * 7 % 50) }
    let table = backend.view([Float](repeating: 0, count: 50 * 10), [50, 10])
    backend.scatterAddRows(
      backend.view([Float](repeating: 0.5, count: 50_000), [5000, 10]), backend.view(ids: many), into: table)
    #expect(table.values == [Float](repeating: 50, count: 500))
  }

  @Test("dropout masks are the ones Dropout defines", arguments: backends)
  func masks(backend: CPUBackend) {
    let counters: [Int32] = [0, 1, -5, 70_000, .max]
    for rate in [Float(0), 0.1, 0.5, 0.999] {
      let dropout = Dropout(key: 0xdead_beef_0123, rate: rate)
      let out = backend.scratch([5, 300])
      backend.dropoutMask(dropout, counters: backend.view(ids: counters), into: out)
      #expect(
        out.values == counters.flatMap { counter in (0..<300).map { dropout.single(counter: counter, column: $0) } })
    }
  }

  @Test("AdamW steps as the formula in double precision", arguments: backends)
  func adamW(backend: CPUBackend) {
    let count = 1003
    let views = (0..<4).map { backend.view(numbers(count, seed: UInt64($0)).map { abs($0) }, [count]) }
    var (w, m, v) = (
      views[0].values.map(Double.init), views[2].values.map(Double.init), views[3].values.map(Double.init)
    )
    let g = views[1].values.map { Double($0) * 0.5 }
    let (rate, beta1, beta2) = (Double(Float(1e-2)), Double(Float(0.9)), Double(Float(0.999)))
    for step in 1...3 {
      backend.adamW(
        AdamWStep(
          learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, step: step,
          gradientScale: 0.5), weight: views[0], gradient: views[1], mean: views[2], square: views[3])
      let (correction1, correction2) = (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
      for i in 0..<count {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] -= rate * 0.1 * w[i] + rate * m[i] / correction1 / ((v[i] / correction2).squareRoot() + 1e-8)
      }
      #expect(worst(views[0].values, w) < 5e-7)
      #expect(worst(views[2].values, m) < 5e-7)
      #expect(worst(views[3].values, v) < 5e-7)
    }
  }
}
