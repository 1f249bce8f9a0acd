import RefluxTensor

/// Scalars, nothing, one, one row, odd sizes and sizes around those of vector registers.
private let shapes: [Shape] = [
  [], [0], [1], [7], [33], [1, 5], [3, 0], [0, 4], [5, 17], [2, 3, 33], [4, 1, 3], [3, 700],
]

extension BackendConformance {
  func checkElements() {
    for shape in shapes {
      for arrangement in Arrangement.allCases {
        for op in UnaryOp.allCases {
          let positive = op == .log || op == .sqrt || op == .reciprocal
          let x = Operand(shape, arrangement, in: positive ? 0.1...3 : -3...3)
          compare("\(op)", [x], [Operand(shape, .contiguous, "out")]) { $0.unary(op, $1[0], into: $2[0]) }
        }
        for other in Arrangement.allCases {
          let operands = [Operand(shape, arrangement), Operand(shape, other, in: 0.5...2, "y")]
          for op in BinaryOp.allCases {
            compare("\(op)", operands, [Operand(shape, .contiguous, "out")]) {
              $0.binary(op, $1[0], $1[1], into: $2[0])
            }
          }
        }
      }
      for out in Arrangement.writable {
        compare("exp", [Operand(shape)], [Operand(shape, out, "out")]) { $0.unary(.exp, $1[0], into: $2[0]) }
        compare("subtract", [Operand(shape), Operand(shape, "y")], [Operand(shape, out, "out")]) {
          $0.binary(.subtract, $1[0], $1[1], into: $2[0])
        }
        compare("add in place", [Operand(shape)], [Operand(shape, out, "out")]) {
          $0.binary(.add, $2[0], $1[0], into: $2[0])
        }
      }
    }
    let special: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNormalMagnitude / 4, 88, -88, 104, -104, 3e38]
    for op in UnaryOp.allCases {
      compare("\(op) of special values", [Operand(special, [11])], [Operand([11])]) {
        $0.unary(op, $1[0], into: $2[0])
      }
    }
    for op in [BinaryOp.maximum, .minimum] {
      compare("\(op) of special values", [Operand(special, [11]), Operand(special.reversed(), [11])], [Operand([11])]) {
        $0.binary(op, $1[0], $1[1], into: $2[0])
      }
    }
  }

  func checkReductions() {
    for shape in shapes {
      for arrangement in Arrangement.allCases {
        for bits in 0..<(1 << shape.count) {
          let axes = shape.indices.filter { bits >> $0 & 1 == 1 }
          var kept = shape
          for axis in axes { kept[axis] = 1 }
          for op in ReduceOp.allCases {
            compare("\(op) over \(axes)", [Operand(shape, arrangement)], [Operand(kept, "out")]) {
              $0.reduce(op, $1[0], axes: axes, into: $2[0])
            }
          }
        }
      }
    }
    for shape in [[0], [1], [17], [70_001], [3, 33]] {
      let (x, y) = (Operand(shape), Operand([1]))
      compare("sum of squares", [x], [y]) { $0.fill($2[0], with: $0.sumOfSquares($1[0])) }
    }
    for shape in [[0, 4], [1, 5], [33, 17], [700, 3]] {
      compare("sumRows", [Operand(shape)], [Operand([shape[1]], "out")]) { $0.sumRows($1[0], into: $2[0]) }
      compare("addBias", [Operand([shape[1]])], [Operand(shape, "out")]) { $0.addBias($1[0], to: $2[0]) }
    }
  }

  func checkProducts() {
    let sizes = [(1, 1, 1), (3, 5, 7), (33, 17, 65), (4, 0, 3), (0, 3, 2), (2, 3, 0), (1, 64, 1), (130, 70, 1)]
    for (m, k, n) in sizes {
      for batch in [[], [3], [2, 2], [0]] as [Shape] {
        let (a, b, out) = (batch + [m, k], batch + [k, n], batch + [m, n])
        for arrangement in Arrangement.allCases {
          for accumulate in [false, true] {
            let kernel: (any Backend, [View], [View]) -> Void = {
              $0.matmul($1[0], $1[1], into: $2[0], accumulate: accumulate)
            }
            compare("matmul", [Operand(a, arrangement), Operand(b, "y")], [Operand(out, "out")], kernel)
            compare("matmul", [Operand(a), Operand(b, arrangement, "y")], [Operand(out, "out")], kernel)
            guard arrangement != .broadcast else { continue }
            compare("matmul", [Operand(a), Operand(b, "y")], [Operand(out, arrangement, "out")], kernel)
          }
        }
      }
    }
  }

  func checkRows() {
    let ids: [Int32] = [4, 0, 4, 2, 1, 4]
    for width in [1, 5, 33, 0] {
      for arrangement in Arrangement.allCases {
        compare("gatherRows", [Operand([5, width], arrangement)], [Operand([6, width], "out")]) { backend, x, out in
          backend.gatherRows(x[0], Tensor(ids: ids, on: backend).storage, into: out[0])
        }
        compare("scatterAddRows", [Operand([6, width], arrangement)], [Operand([5, width], "out")]) {
          backend, x, out in backend.scatterAddRows(x[0], Tensor(ids: ids, on: backend).storage, into: out[0])
        }
      }
    }
    compare("gather no rows", [Operand([5, 3])], [Operand([0, 3], "out")]) { backend, x, out in
      backend.gatherRows(x[0], Tensor(ids: [], on: backend).storage, into: out[0])
    }
    for (rows, columns) in [(0, 5), (1, 1), (3, 33), (5, 768)] {
      for rate in [0, 0.1, 0.5, 0.9] as [Float] {
        let counters = (0..<Int32(rows)).map { $0 << 16 | 3 }
        compare("dropoutMask", [], [Operand([rows, columns])], tolerance: 0) { backend, _, out in
          backend.dropoutMask(
            Dropout(key: 0x1234_5678_9ABC_DEF0, rate: rate), counters: Tensor(ids: counters, on: backend).storage,
            into: out[0])
        }
      }
    }
  }
}

extension Operand {
  fileprivate init(_ shape: Shape, _ name: String) { self.init(shape, .contiguous, name) }
  fileprivate init(_ shape: Shape, _ arrangement: Arrangement, _ name: String) {
    self.init(shape, arrangement, in: -2...2, name)
  }
}
