import CRefluxKernels
import RefluxTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension CPUBackend {
  public func gatherRows(_ table: View, _ rows: View, into out: View) {
    let (height, width) = (table.layout.shape[0], table.layout.shape[1])
    guard table.dtype == out.dtype, table.layout.isDense, out.layout.isDense else {
      let target = scratch(out.layout.shape, table.dtype)
      gatherRows(dense(table, table.dtype), rows, into: target)
      return copy(target, into: out)
    }
    let ids = checkedIDs(rows, below: height)
    let bytes = width * table.dtype.size
    let from = table.buffer.address + table.layout.offset * table.dtype.size
    let to = out.buffer.address + out.layout.offset * out.dtype.size
    timing.measure(.kernel) {
      workers.splitRows(ids.layout.count, width) { range in
        let ids = ids.pointer(Int32.self)
        for row in range { memcpy(to + row * bytes, from + Int(ids[row]) * bytes, bytes) }
      }
    }
  }

  public func scatterAddRows(_ values: View, _ rows: View, into table: View) {
    guard table.dtype == .float32 else { return ReferenceBackend.shared.scatterAddRows(values, rows, into: table) }
    guard table.layout.isDense else {
      let target = dense(table, .float32)
      scatterAddRows(values, rows, into: target)
      return copy(target, into: table)
    }
    let ids = checkedIDs(rows, below: table.layout.shape[0])
    let values = dense(values, .float32)
    let (count, width) = (ids.layout.count, table.layout.shape[1])
    // Each part owns the table rows with its remainder, so each row's sum runs in the order of the ids.
    let parts = count * width > 1 << 15 ? 16 : 1
    timing.measure(.kernel) {
      workers.run(chunks: count == 0 ? 0 : parts) { part, _ in
        kernels.scatter_add(
          values.floats, ids.pointer(Int32.self), table.floats, count, width, Int32(part), Int32(parts))
      }
    }
  }

  /// Dense row numbers, each inside the table.
  func checkedIDs(_ rows: View, below height: Int) -> View {
    let ids = dense(rows, .int32)
    let pointer = ids.pointer(Int32.self)
    for index in 0..<ids.layout.count {
      precondition(
        pointer[index] >= 0 && Int(pointer[index]) < height,
        "row \(pointer[index]) is outside a table of \(height) rows")
    }
    return ids
  }

  public func addBias(_ bias: View, to x: View) {
    guard x.dtype == .float32 else { return ReferenceBackend.shared.addBias(bias, to: x) }
    requireDenseFloats("addBias", bias, x)
    let columns = x.layout.columns
    timing.measure(.kernel) {
      workers.splitRows(x.layout.rows, columns) { range in
        kernels.add_bias(x.floats + range.lowerBound * columns, bias.floats, range.count, columns)
      }
    }
  }

  public func softmax(_ x: View, log: Bool, into out: View) {
    guard x.dtype == .float32 else { return ReferenceBackend.shared.softmax(x, log: log, into: out) }
    requireDenseFloats("softmax", x, out)
    let columns = x.layout.columns
    timing.measure(.kernel) {
      workers.splitRows(x.layout.rows, columns, elements: 1 << 14) { range in
        let start = range.lowerBound * columns
        let kernel = log ? kernels.log_softmax : kernels.softmax
        kernel?(x.floats + start, out.floats + start, range.count, columns)
      }
    }
  }

  public func softmaxBackward(_ output: View, _ gradient: View, log: Bool, into out: View) {
    guard output.dtype == .float32 else {
      return ReferenceBackend.shared.softmaxBackward(output, gradient, log: log, into: out)
    }
    requireDenseFloats("softmaxBackward", output, gradient, out)
    let columns = output.layout.columns
    timing.measure(.kernel) {
      workers.splitRows(output.layout.rows, columns, elements: 1 << 14) { range in
        let start = range.lowerBound * columns
        let kernel = log ? kernels.log_softmax_backward : kernels.softmax_backward
        kernel?(output.floats + start, gradient.floats + start, out.floats + start, range.count, columns)
      }
    }
  }

  public func tokenStatistics(_ logits: View, targets: View, losses: View, entropies: View) {
    guard logits.dtype == .float32 else {
      return ReferenceBackend.shared.tokenStatistics(logits, targets: targets, losses: losses, entropies: entropies)
    }
    requireDenseFloats("tokenStatistics", logits, losses, entropies)
    let columns = logits.layout.columns
    let ids = checkedIDs(targets, below: columns)
    timing.measure(.kernel) {
      workers.splitRows(logits.layout.rows, columns, elements: 1 << 14) { range in
        let row = range.lowerBound
        kernels.token_statistics(
          logits.floats + row * columns, ids.pointer(Int32.self) + row, losses.floats + row, entropies.floats + row,
          range.count, columns)
      }
    }
  }

  public func dropoutMask(_ dropout: Dropout, counters: View, into out: View) {
    guard out.isDenseFloat else {
      let target = scratch(out.layout.shape)
      dropoutMask(dropout, counters: counters, into: target)
      return copy(target, into: out)
    }
    let columns = out.layout.columns
    let counters = dense(counters, .int32)
    timing.measure(.kernel) {
      workers.splitRows(out.layout.rows, columns) { range in
        kernels.dropout_mask(
          mask((dropout, counters), at: range.lowerBound), out.floats + range.lowerBound * columns, range.count, columns
        )
      }
    }
  }

  /// What a kernel needs to know of dropout for the rows from `row` on.
  func mask(_ dropout: (Dropout, counters: View)?, at row: Int) -> reflux_dropout {
    guard let dropout else { return reflux_dropout(key: 0, rate: 0, counters: nil) }
    return reflux_dropout(
      key: dropout.0.key, rate: dropout.0.rate, counters: dropout.counters.pointer(Int32.self) + row)
  }
}
