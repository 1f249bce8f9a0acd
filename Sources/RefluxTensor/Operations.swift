// Every operation is one entry: the forward kernel, and under it the pullback.

// MARK: - Views: change the layout, share the bytes

extension Tensor {
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(
      shape.reduce(1, *) == count, "reshape: \(self.shape) has \(count) elements, \(shape) needs \(shape.reduce(1, *))")
    let packed = contiguousView()
    let old = self.shape
    return .record("reshape", [self], View(packed.buffer, Layout(rowMajor: shape), dtype)) { g, _ in
      [{ g.reshaped(old) }]
    }
  }

  public func transposed(_ a: Int = -2, _ b: Int = -1) -> Tensor {
    let (a, b) = (axis(a), axis(b))
    return .record("transpose", [self], View(buffer, layout.transposed(a, b), dtype)) { g, _ in [{ g.transposed(a, b) }]
    }
  }

  public func broadcast(to shape: Shape) -> Tensor {
    guard shape != self.shape else { return self }
    guard let wide = layout.broadcast(to: shape) else {
      preconditionFailure("broadcast: \(self.shape) does not stretch to \(shape)")
    }
    let old = self.shape
    return .record("broadcast", [self], View(buffer, wide, dtype)) { g, _ in [{ g.summed(to: old) }] }
  }

  public func sliced(_ range: Range<Int>, axis index: Int = 0) -> Tensor {
    let axis = axis(index)
    let total = shape[axis]
    return .record("slice", [self], View(buffer, layout.sliced(axis, range), dtype)) { g, _ in
      [{ g.padded(axis: axis, before: range.lowerBound, total: total) }]
    }
  }

  func padded(axis: Int, before: Int, total: Int) -> Tensor {
    var wide = shape
    wide[axis] = total
    let out = backend.scratch(wide, dtype)
    let range = before..<(before + shape[axis])
    backend.copy(view, into: View(out.buffer, out.layout.sliced(axis, range), dtype))
    return .record("pad", [self], out) { g, _ in [{ g.sliced(range, axis: axis) }] }
  }

  func axis(_ index: Int) -> Int {
    let axis = index < 0 ? rank + index : index
    precondition(shape.indices.contains(axis), "axis \(index) is outside shape \(shape)")
    return axis
  }
}

// MARK: - One value in, one value out

extension Tensor {
  private func map(_ op: UnaryOp) -> View {
    let out = backend.scratch(shape, dtype)
    backend.unary(op, view, into: out)
    return out
  }

  public static prefix func - (x: Tensor) -> Tensor { .record("negate", [x], x.map(.negate)) { g, _ in [{ -g }] } }

  public func exp() -> Tensor {
    .record("exp", [self], map(.exp), keepsOutput: true) { g, saved in [{ g * saved.output }] }
  }

  public func log() -> Tensor { .record("log", [self], map(.log)) { g, saved in [{ g / saved(self) }] } }

  public func sqrt() -> Tensor {
    .record("sqrt", [self], map(.sqrt), keepsOutput: true) { g, saved in [{ g / (2 * saved.output) }] }
  }

  public func tanh() -> Tensor {
    .record("tanh", [self], map(.tanh), keepsOutput: true) { g, saved in [{ g * (1 - saved.output * saved.output) }] }
  }

  /// -1, 0 or 1; its gradient is zero.
  public func sign() -> Tensor { Tensor(map(.sign)) }
}

// MARK: - Two values in, one value out (with broadcasting)

extension Tensor {
  private static func zip(_ op: BinaryOp, _ a: Tensor, _ b: Tensor) -> View {
    guard let shape = broadcastShape(a.shape, b.shape) else {
      preconditionFailure("\(op): shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    let out = a.backend.scratch(shape, a.dtype)
    a.backend.binary(op, a.broadcast(to: shape).view, b.broadcast(to: shape).view, into: out)
    return out
  }

  public static func + (a: Tensor, b: Tensor) -> Tensor {
    let (sa, sb) = (a.shape, b.shape)
    return .record("add", [a, b], zip(.add, a, b)) { g, _ in [{ g.summed(to: sa) }, { g.summed(to: sb) }] }
  }

  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (sa, sb) = (a.shape, b.shape)
    return .record("subtract", [a, b], zip(.subtract, a, b)) { g, _ in [{ g.summed(to: sa) }, { (-g).summed(to: sb) }] }
  }

  public static func * (a: Tensor, b: Tensor) -> Tensor {
    .record("multiply", [a, b], zip(.multiply, a, b)) { g, saved in
      [{ (g * saved(b)).summed(to: a.shape) }, { (g * saved(a)).summed(to: b.shape) }]
    }
  }

  public static func / (a: Tensor, b: Tensor) -> Tensor {
    .record("divide", [a, b], zip(.divide, a, b)) { g, saved in
      [{ (g / saved(b)).summed(to: a.shape) }, { (-g * saved(a) / (saved(b) * saved(b))).summed(to: b.shape) }]
    }
  }

  public static func + (a: Tensor, b: Float) -> Tensor { a + Tensor(b) }
  public static func - (a: Float, b: Tensor) -> Tensor { Tensor(a) - b }
  public static func - (a: Tensor, b: Float) -> Tensor { a - Tensor(b) }
  public static func * (a: Tensor, b: Float) -> Tensor { a * Tensor(b) }
  public static func * (a: Float, b: Tensor) -> Tensor { Tensor(a) * b }
  public static func / (a: Tensor, b: Float) -> Tensor { a * Tensor(1 / b) }
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
}

// MARK: - Reductions

extension Tensor {
  public func sum(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = (axes ?? Array(shape.indices)).map(axis)
    var kept = shape
    for axis in axes { kept[axis] = 1 }
    let out = backend.scratch(kept, dtype)
    backend.reduce(.sum, view, axes: axes, into: out)
    let wide = shape
    let sum = Tensor.record("sum", [self], out) { g, _ in [{ g.broadcast(to: wide) }] }
    return keepingAxes ? sum : sum.reshaped(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
  }

  public func mean(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let total = (axes ?? Array(shape.indices)).reduce(1) { $0 * shape[axis($1)] }
    return sum(axes, keepingAxes: keepingAxes) / Float(total)
  }

  /// Undoes a broadcast: sums over the axes that were stretched.
  func summed(to target: Shape) -> Tensor {
    guard target != shape else { return self }
    let lead = rank - target.count
    let stretched = shape.indices.filter { $0 < lead || target[$0 - lead] == 1 && shape[$0] != 1 }
    return sum(stretched, keepingAxes: true).reshaped(target)
  }

  /// The index of the largest value along the last axis.
  public func argmax() -> [Int] {
    let width = shape[rank - 1]
    let values = floats
    return stride(from: 0, to: values.count, by: width).map { row in
      (0..<width).max { values[row + $0] < values[row + $1] }!
    }
  }
}

// MARK: - Contractions and look-ups

extension Tensor {
  public func matmul(_ other: Tensor) -> Tensor {
    precondition(
      rank >= 2 && other.rank >= 2 && shape[rank - 1] == other.shape[other.rank - 2],
      "matmul: \(shape) × \(other.shape): the inner axes \(shape.last ?? 0) and \(other.shape.dropLast().last ?? 0) differ"
    )
    let batch = broadcastShape(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)))!
    let a = broadcast(to: batch + shape.suffix(2))
    let b = other.broadcast(to: batch + other.shape.suffix(2))
    let out = backend.scratch(batch + [shape[rank - 2], other.shape[other.rank - 1]], dtype)
    backend.matmul(a.view, b.view, into: out, accumulate: false)
    return .record("matmul", [a, b], out) { g, saved in
      [{ g.matmul(saved(b).transposed()) }, { saved(a).transposed().matmul(g) }]
    }
  }

  /// Rows of a `[rows, width]` table, one per id: `[ids.count, width]`.
  public func rows(_ ids: Tensor) -> Tensor {
    let flat = ids.reshaped([ids.count])
    let out = backend.scratch([ids.count, shape[1]], dtype)
    backend.gatherRows(view, flat.view, into: out)
    let height = shape[0]
    return .record("rows", [self], out) { g, _ in [{ g.scatteredRows(flat, height: height) }] }
  }

  /// The given entries of the first axis.
  public func taking(_ indices: [Int]) -> Tensor {
    let rest = Array(shape.dropFirst())
    if dtype == .int32 {
      let width = rest.reduce(1, *)
      let all = ids
      return Tensor(ids: indices.flatMap { all[$0 * width..<($0 + 1) * width] }, [indices.count] + rest)
    }
    let table = reshaped([shape[0], rest.reduce(1, *)])
    return table.rows(Tensor(ids: indices.map(Int32.init))).reshaped([indices.count] + rest)
  }

  func scatteredRows(_ ids: Tensor, height: Int) -> Tensor {
    let out = backend.scratch([height, shape[1]], dtype)
    backend.scatterAddRows(contiguousView(), ids.view, into: out)
    return .record("scatterRows", [self], out) { g, _ in [{ g.rows(ids) }] }
  }

  public static func concatenated(_ parts: [Tensor], axis index: Int = 0) -> Tensor {
    let axis = parts[0].axis(index)
    let total = parts.reduce(0) { $0 + $1.shape[axis] }
    var (sum, start) = (parts[0].padded(axis: axis, before: 0, total: total), parts[0].shape[axis])
    for part in parts.dropFirst() {
      sum += part.padded(axis: axis, before: start, total: total)
      start += part.shape[axis]
    }
    return sum
  }
}

// MARK: - Fused operations

extension Tensor {
  /// Softmax along the last axis.
  public func softmax() -> Tensor {
    let out = backend.scratch(shape, dtype)
    backend.softmax(contiguousView(), log: false, into: out)
    return .record("softmax", [self], out, keepsOutput: true) { g, saved in
      let y = saved.output
      return [{ y * (g - (g * y).sum([-1], keepingAxes: true)) }]
    }
  }

  public func logSoftmax() -> Tensor {
    let peak = Tensor(rowMaximum())
    let shifted = self - peak
    return shifted - shifted.exp().sum([-1], keepingAxes: true).log()
  }

  private func rowMaximum() -> View {
    let out = backend.scratch(shape.dropLast() + [1], dtype)
    backend.reduce(.maximum, view, axes: [rank - 1], into: out)
    return out
  }
}
