import Foundation
import RefluxTensor
import Testing

@testable import RefluxCPU

@Suite("Elementwise kernels")
struct ElementTests {
  static func truth(_ op: UnaryOp, _ x: Double) -> Double {
    switch op {
    case .negate: -x
    case .exp: exp(x)
    case .log: log(x)
    case .tanh: tanh(x)
    case .sqrt: x.squareRoot()
    case .reciprocal: 1 / x
    case .erf: erf(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    case .abs: abs(x)
    }
  }

  static func truth(_ op: BinaryOp, _ a: Double, _ b: Double) -> Double {
    switch op {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: max(a, b)
    case .minimum: min(a, b)
    }
  }

  @Test("are within 2.5 units in the last place of double precision", arguments: KernelSet.available)
  func accuracy(kernels: KernelSet) {
    let backend = CPUBackend(threads: 1, kernels: kernels)
    let x = numbers(3001).enumerated().map { $1 * Float([0.01, 1, 5, 20, 80][$0 % 5]) }
    for op in UnaryOp.allCases {
      let input = op == .log || op == .sqrt ? x.map(abs) : x
      let out = backend.scratch([x.count])
      backend.unary(op, backend.view(input, [x.count]), into: out)
      var units = 0.0
      for (actual, value) in zip(out.values, input) {
        let expected = Self.truth(op, Double(value))
        units = max(units, abs(Double(actual) - expected) / Double(max(Float(abs(expected)).ulp, 1e-38)))
      }
      #expect(units <= 2.5, "\(op)")
    }
  }

  @Test("keep NaN and infinities", arguments: KernelSet.available)
  func specials(kernels: KernelSet) {
    let backend = CPUBackend(threads: 1, kernels: kernels)
    let x: [Float] = [.nan, .infinity, -.infinity, 100, -100, 0]
    func run(_ op: UnaryOp) -> [Float] {
      let out = backend.scratch([x.count])
      backend.unary(op, backend.view(x, [x.count]), into: out)
      #expect(out.values[0].isNaN, "\(op)")
      return Array(out.values.dropFirst())
    }
    #expect(run(.exp) == [.infinity, 0, .infinity, 0, 1])
    #expect(run(.tanh) == [1, -1, 1, -1, 0])
    #expect(run(.erf) == [1, -1, 1, -1, 0])
    #expect(run(.sigmoid) == [1, 0, 1, 0, 0.5])
    #expect(run(.sign) == [1, -1, 1, -1, 0])
    for op in [BinaryOp.maximum, .minimum] {
      let out = backend.scratch([x.count])
      backend.binary(op, backend.view(x, [x.count]), backend.view(x.reversed(), [x.count]), into: out)
      #expect(out.values.first?.isNaN == true && out.values.last?.isNaN == true)
    }
    let out = backend.scratch([1])
    backend.reduce(.maximum, backend.view(x, [x.count]), axes: [0], into: out)
    #expect(out.values[0].isNaN)
  }

  @Test("take every layout", arguments: backends)
  func layouts(backend: CPUBackend) {
    let (rows, columns) = (7, 37)
    let a = backend.view(numbers(rows * columns, seed: 4), [rows, columns])
    let row = View(backend.view(numbers(columns, seed: 5), [columns]).buffer, broadcast(rows, columns, 0, 1), .float32)
    let column = View(backend.view(numbers(rows, seed: 6), [rows]).buffer, broadcast(rows, columns, 1, 0), .float32)
    let scalar = View(backend.view([0.7], [1]).buffer, broadcast(rows, columns, 0, 0), .float32)
    let turned = backend.view(numbers(rows * columns, seed: 7), [columns, rows]).transposed(0, 1)
    let operands = [a, row, column, scalar, turned]
    for op in BinaryOp.allCases {
      for left in operands {
        for right in operands {
          for out in [backend.scratch([rows, columns]), backend.scratch([columns, rows]).transposed(0, 1)] {
            backend.binary(op, left, right, into: out)
            let expected = zip(left.values, right.values).map { Self.truth(op, Double($0), Double($1)) }
            #expect(worst(out.values, expected) < 1e-6, "\(op)")
          }
        }
      }
    }
    for x in operands {
      let out = backend.scratch([columns, rows]).transposed(0, 1)
      backend.unary(.tanh, x, into: out)
      #expect(worst(out.values, x.values.map { tanh(Double($0)) }) < 1e-6)
      backend.copy(x, into: out)
      #expect(out.values == x.values)
    }
    let empty = backend.scratch([0, 4])
    backend.unary(.exp, empty, into: empty)
    backend.binary(.add, empty, empty, into: empty)
    backend.fill(empty, with: 1)
  }

  private func broadcast(_ rows: Int, _ columns: Int, _ rowStep: Int, _ columnStep: Int) -> Layout {
    Layout(shape: [rows, columns], strides: [rowStep, columnStep])
  }

  @Test("convert between the element types", arguments: backends)
  func conversions(backend: CPUBackend) {
    let values: [Float] = [0, -0.0, 1, -2.5, 65504, 65519.9, 65520, 1e-8, 3e-8, 6e-5, 0.1, 3.1415927, .infinity, -1e30]
    let x = backend.view(values, [values.count])
    let (half, brain) = (backend.scratch([values.count], .float16), backend.scratch([values.count], .bfloat16))
    backend.copy(x, into: half)
    backend.copy(x, into: brain)
    #if arch(arm64)
      #expect((0..<values.count).map { half.pointer(UInt16.self)[$0] } == values.map { Float16($0).bitPattern })
    #else
      #expect(
        (0..<values.count).map { half.pointer(UInt16.self)[$0] } == [
          0, 0x8000, 0x3c00, 0xc100, 0x7bff, 0x7bff, 0x7c00, 0, 1, 0x03ef, 0x2e66, 0x4248, 0x7c00, 0xfc00,
        ])
    #endif
    #expect(
      (0..<values.count).map { brain.pointer(UInt16.self)[$0] } == [
        0, 0x8000, 0x3f80, 0xc020, 0x4780, 0x4780, 0x4780, 0x322c, 0x3301, 0x387c, 0x3dcd, 0x4049, 0x7f80, 0xf14a,
      ])
    let back = backend.scratch([values.count])
    backend.copy(half, into: back)
    #expect(back.values[6] == .infinity && back.values[8] == 5.9604645e-8 && back.values[11] == 3.140625)
    backend.copy(brain, into: back)
    #expect(back.values[10] == 0.10009765625 && back.values[13] == Float(bitPattern: 0xf14a_0000))
    backend.copy(backend.view([.nan], [1]), into: backend.scratch([1], .bfloat16))

    let integers = backend.scratch([3], .int32)
    backend.copy(backend.view(ids: [7, -2, 1 << 20]), into: integers)
    let doubles = backend.scratch([3], .float64)
    backend.copy(integers, into: doubles)
    #expect((0..<3).map { doubles.pointer(Double.self)[$0] } == [7, -2, 1_048_576])
    let floats = backend.scratch([3])
    backend.copy(doubles, into: floats)
    #expect(floats.values == [7, -2, 1_048_576])
  }

  @Test("reduce any axes", arguments: backends)
  func reductions(backend: CPUBackend) {
    let shape = [3, 5, 21]
    let x = backend.view(numbers(315, seed: 8), shape)
    let turned = backend.view(numbers(315, seed: 8), [21, 5, 3]).transposed(0, 2)
    for view in [x, turned] {
      for axes in [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], []] {
        var kept = shape
        for axis in axes { kept[axis] = 1 }
        for op in ReduceOp.allCases {
          let out = backend.scratch(kept)
          backend.reduce(op, view, axes: axes, into: out)
          var expected = [Double](repeating: op == .sum ? 0 : -.infinity, count: kept.reduce(1, *))
          for (index, value) in view.values.enumerated() {
            let place = [index / 105, index / 21 % 5, index % 21]
            let target = zip(place, kept).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
            expected[target] = op == .sum ? expected[target] + Double(value) : max(expected[target], Double(value))
          }
          #expect(worst(out.values, expected) < 1e-6, "\(op) \(axes)")
        }
      }
    }
    let empty = backend.scratch([1, 3])
    backend.reduce(.sum, backend.scratch([0, 3]), axes: [0], into: empty)
    #expect(empty.values == [0, 0, 0])
    let long = backend.view([Float](repeating: 0.1, count: 200_000), [200_000])
    let sum = backend.scratch([1])
    backend.reduce(.sum, long, axes: [0], into: sum)
    #expect(abs(sum.values[0] - 20_000) < 0.05)
    #expect(abs(backend.sumOfSquares(long) - 2000) < 1e-3)
  }
}
