import RefluxTensor

/// What every layer needs to know of a packed batch, uploaded once.
public struct PackedRows {
  public let offsets: RowOffsets
  /// Each token's number for ``Dropout``.
  public let counters: Tensor  // [tokens] int32
  /// Where each row begins.
  public let firstTokens: Tensor  // [rows] int32
  /// The counters of the first tokens.
  public let firstCounters: Tensor  // [rows] int32

  public init(_ offsets: RowOffsets, counters: [Int32], on backend: any Backend) {
    let starts = offsets.starts.dropLast()
    self.offsets = offsets
    self.counters = Tensor(ids: counters, on: backend)
    firstTokens = Tensor(ids: Array(starts), on: backend)
    firstCounters = Tensor(ids: starts.map { counters[Int($0)] }, on: backend)
  }
}

/// Hands out the dropout sites of a forward pass, in order.
public protocol DropoutSites {
  /// The next site; `nil` when nothing is dropped.
  mutating func dropout(_ rate: Float) -> Dropout?
}
