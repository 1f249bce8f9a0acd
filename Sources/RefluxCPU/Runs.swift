import RefluxTensor

/// Several layouts of one shape, walked together as runs along one inner axis.
///
/// Axes of length 1 go, and neighbouring axes join where every layout allows it, so that dense tensors are one run and
/// a broadcast row is one run per row.
struct Runs {
  /// Elements per run.
  let length: Int
  /// Distance of neighbouring elements of a run, per layout.
  let steps: [Int]
  /// How many runs there are.
  let count: Int
  private let outerShape: [Int]
  private let outerStrides: [[Int]]
  private let offsets: [Int]

  init(_ layouts: [Layout]) {
    var shape: [Int] = []
    var strides = [[Int]](repeating: [], count: layouts.count)
    for axis in layouts[0].shape.indices where layouts[0].shape[axis] != 1 {
      let length = layouts[0].shape[axis]
      let joins =
        !shape.isEmpty
        && layouts.indices.allSatisfy { strides[$0][shape.count - 1] == layouts[$0].strides[axis] * length }
      if joins {
        shape[shape.count - 1] *= length
        for index in layouts.indices { strides[index][shape.count - 1] = layouts[index].strides[axis] }
      } else {
        shape.append(length)
        for index in layouts.indices { strides[index].append(layouts[index].strides[axis]) }
      }
    }
    length = shape.last ?? 1
    steps = strides.map { $0.last ?? 1 }
    outerShape = Array(shape.dropLast())
    outerStrides = strides.map { Array($0.dropLast()) }
    count = length == 0 ? 0 : outerShape.reduce(1, *)
    offsets = layouts.map(\.offset)
  }

  /// One run of one element in each layout: what a single matrix product is among the batches.
  init(single offsets: [Int]) {
    (length, count, self.offsets) = (1, 1, offsets)
    (outerShape, outerStrides) = ([], [])
    steps = offsets  // Never taken; an array of its own would be allocated for every product.
  }

  /// Where run number `run` begins in layout number `layout`.
  func start(_ run: Int, _ layout: Int) -> Int {
    var (rest, offset) = (run, offsets[layout])
    for axis in outerShape.indices.reversed() {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: outerShape[axis])
      offset += remainder * outerStrides[layout][axis]
      rest = quotient
    }
    return offset
  }
}

extension WorkerPool {
  /// Calls `body(run, first, count)` for pieces of all runs, in parallel.
  func forEachPiece(of runs: Runs, elements: Int = 1 << 15, _ body: (_ run: Int, _ first: Int, _ count: Int) -> Void) {
    if runs.count == 1 {
      return split(runs.length, grain: elements) { body(0, $0.lowerBound, $0.count) }
    }
    splitRows(runs.count, runs.length, elements: elements) { range in
      for run in range { body(run, 0, runs.length) }
    }
  }
}
