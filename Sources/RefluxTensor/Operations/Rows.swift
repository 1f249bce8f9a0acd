// Look-ups by row number.

extension Tensor {
  /// Rows of a `[height, width]` table, one per id: `[ids.count, width]`.
  ///
  /// Rows called for by `paddingIndex` get no gradient, as in PyTorch's `Embedding(padding_idx=…)`.
  public func rows(_ ids: Tensor, paddingIndex: Int? = nil) -> Tensor {
    precondition(rank == 2 && ids.dtype == .int32, "rows: \(ids.dtype) ids into a table of shape \(shape)")
    let (height, ids) = (shape[0], ids.flat(on: backend))
    let out = backend.scratch([ids.count, shape[1]], dtype)
    backend.gatherRows(view, ids.view, into: out)
    let learns = paddingIndex.flatMap { isTracked ? ids.differs(from: $0, dtype) : nil }
    let isLeaf = node?.isLeaf ?? false
    return .record("rows", [self], out) { back in
      back.to(0) {
        (learns.map { back.gradient * $0 } ?? back.gradient).scatteredRows(ids, height: height, sparsely: isLeaf)
      }
    }
  }

  /// Adds each row to the row of a table of zeros that its id names: `[ids.count, width]` to `[height, width]`.
  ///
  /// `sparsely` for a table whose other rows are seldom read: they then cost neither memory nor the time to clear them.
  public func scatteredRows(_ ids: Tensor, height: Int, sparsely: Bool = false) -> Tensor {
    precondition(
      rank == 2 && ids.dtype == .int32 && ids.count == shape[0],
      "scatter: \(ids.count) \(ids.dtype) ids for rows of shape \(shape)")
    let (x, ids) = (computable, ids.flat(on: backend))
    let whole = [height, shape[1]]
    let filled = FilledRows(ids.ids, of: whole)
    let isSparse = sparsely && filled != nil
    let table: Tensor = isSparse ? .zeroTable(whole, x.dtype, on: backend) : .zeros(whole, x.dtype, on: backend)
    let out = table.view
    backend.scatterAddRows(x.dense, ids.view, into: out)
    out.buffer.filledRows = filled
    return .record("scatterRows", [x], out) { back in back.to(0) { back.gradient.rows(ids) } }
  }

  /// The given entries of the first axis.
  public func taking(_ indices: [Int]) -> Tensor {
    precondition(
      rank > 0 && indices.allSatisfy { $0 >= 0 && $0 < shape[0] },
      "take: entries \(indices) of shape \(shape)")
    let rest = Array(shape.dropFirst())
    let width = rest.reduce(1, *)
    if dtype == .int32 {
      let all = ids
      return Tensor(
        ids: indices.flatMap { all[$0 * width..<($0 + 1) * width] }, [indices.count] + rest, on: backend)
    }
    return reshaped([shape[0], width]).rows(Tensor(ids: indices.map(Int32.init), on: backend))
      .reshaped([indices.count] + rest)
  }

  /// One entry of each row, the one its class names: `[rows, classes]` to `[rows]`.
  public func picking(_ classes: [Int]) -> Tensor {
    precondition(rank == 2 && classes.count == shape[0], "pick: \(classes.count) classes from shape \(shape)")
    let width = shape[1]
    let places = classes.enumerated().map { row, entry in
      precondition(entry >= 0 && entry < width, "pick: class \(entry) of row \(row) is outside shape \(shape)")
      return Int32(row * width + entry)
    }
    return reshaped([count, 1]).rows(Tensor(ids: places, on: backend)).reshaped([classes.count])
  }

  private func flat(on other: any Backend) -> Tensor {
    let ids = on(other)
    return ids.rank == 1 ? ids : ids.reshaped([ids.count])
  }

  /// 0 for the ids equal to `id` and 1 for the others, as a column; `nil` if none is.
  private func differs(from id: Int, _ dtype: DType) -> Tensor? {
    let all = ids
    guard all.contains(Int32(id)) else { return nil }
    let column = Tensor(all.map { $0 == Int32(id) ? 0 : 1 }, [all.count, 1], on: backend)
    return dtype == .float64 ? column.converted(to: .float64) : column
  }
}
