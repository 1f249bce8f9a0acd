import RefluxTensor

/// The gradients of relative vectors, which every row of the batch adds to.
///
/// The rows are cut into a few parts, each with sums of its own that are added up in order at the end: chunks can run at
/// the same time, and yet the order of every sum depends on the shape alone. Without relative vectors, each row is a part.
struct RelativeSums {
  let parts: Int
  private let backend: CPUBackend
  private let rowCount: Int
  private let results: [View]
  private let partial: [View]

  /// Chunks there should be, however few heads and rows a part has.
  private static let wantedChunks = 48

  init(_ gradients: RelativeVectors<View>, _ shape: AttentionShape, _ backend: CPUBackend) {
    (self.backend, rowCount) = (backend, shape.rows.rowCount)
    results = [gradients.keys, gradients.queries].compactMap { $0 }
    let parts = results.isEmpty ? rowCount : min(rowCount, (Self.wantedChunks + shape.heads - 1) / shape.heads)
    partial = results.map { backend.scratch([parts] + $0.layout.shape) }
    self.parts = parts
    for view in partial { backend.fill(view, with: 0) }
  }

  /// The rows of the batch that a part adds up.
  func rows(of part: Int) -> Range<Int> { part * rowCount / parts..<(part + 1) * rowCount / parts }

  /// A part's sums, one table for each term.
  func tables(of part: Int) -> [Heads] {
    partial.map { view in
      let (height, width) = (view.layout.shape[1], view.layout.shape[2])
      let layout = Layout(rowMajor: [height, width], offset: part * height * width)
      return Heads(view: View(view.buffer, layout, .float32), stride: width)
    }
  }

  /// Writes the sums over the parts.
  func addUp() {
    for (view, result) in zip(partial, results) { backend.reduce(.sum, view, axes: [0], into: result) }
  }
}
