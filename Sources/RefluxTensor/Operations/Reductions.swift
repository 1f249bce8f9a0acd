// Many values in, one value out.

extension Tensor {
  private func reduced(_ op: ReduceOp, _ axes: [Int]) -> View {
    var kept = shape
    for axis in axes { kept[axis] = 1 }
    let out = backend.scratch(kept, dtype)
    backend.reduce(op, view, axes: axes, into: out)
    return out
  }

  private func dropping(_ axes: [Int]) -> Tensor {
    reshaped(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
  }

  /// The sum over `axes` (all of them if `nil`).
  public func sum(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let x = computable
    let (axes, wide) = (axes.map { $0.map(axis) } ?? Array(shape.indices), shape)
    let sum = Tensor.record("sum", [x], x.reduced(.sum, axes)) { back in
      back.to(0) { back.gradient.broadcast(to: wide) }
    }
    return keepingAxes ? sum : sum.dropping(axes)
  }

  /// The mean over `axes` (all of them if `nil`).
  public func mean(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let total = (axes ?? Array(shape.indices)).reduce(1) { $0 * shape[axis($1)] }
    let sum = sum(axes, keepingAxes: keepingAxes)
    return sum * sum.constant(1 / Double(total))
  }

  /// The largest value over `axes` (all of them if `nil`); equal ones share its gradient.
  public func max(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let x = computable
    let axes = axes.map { $0.map(axis) } ?? Array(shape.indices)
    let result = Tensor(x.reduced(.maximum, axes))
    let peak = Tensor.record("max", [x], result.view) { back in
      back.to(0) {
        let isPeak = 1 - (x.detached - result).sign().abs()
        return back.gradient * (isPeak / isPeak.sum(axes, keepingAxes: true))
      }
    }
    return keepingAxes ? peak : peak.dropping(axes)
  }

  /// The smallest value over `axes` (all of them if `nil`); equal ones share its gradient.
  public func min(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    -(-self).max(axes, keepingAxes: keepingAxes)
  }

  /// Undoes a broadcast: sums over the axes that were stretched.
  func summed(to target: Shape) -> Tensor {
    guard target != shape else { return self }
    let lead = rank - target.count
    let stretched = shape.indices.filter { $0 < lead || target[$0 - lead] == 1 && shape[$0] != 1 }
    return sum(stretched, keepingAxes: true).reshaped(target)
  }

  /// The index of the largest value along the last axis, of each row; the first of equal ones.
  public func argmax() -> [Int] {
    let (values, width) = (floats, shape.last ?? 1)
    return stride(from: 0, to: values.count, by: Swift.max(width, 1)).map { row in
      (1..<width).reduce(0) { values[row + $1] > values[row + $0] ? $1 : $0 }
    }
  }
}
