import RefluxTensor

/// What every layer needs to know of a packed batch, uploaded once.
public struct PackedRows {
  public let offsets: RowOffsets
  /// Each token's number for ``Dropout``.
  public let counters: Tensor  // [tokens] int32
  /// The tokens whose last states are read: an encoder's head reads the first of each row.
  public let readTokens: Tensor  // [read] int32
  public let readCounters: Tensor  // [read] int32

  /// `read` are the tokens whose last states are read, in order; by default the first of each row.
  public init(_ offsets: RowOffsets, counters: [Int32], read: [Int32]? = nil, on backend: any Backend) {
    let read = read ?? Array(offsets.starts.dropLast())
    self.offsets = offsets
    self.counters = Tensor(ids: counters, on: backend)
    readTokens = Tensor(ids: read, on: backend)
    readCounters = Tensor(ids: read.map { counters[Int($0)] }, on: backend)
  }
}

/// Hands out the dropout sites of a forward pass, in order.
public protocol DropoutSites {
  /// The next site; `nil` when nothing is dropped.
  mutating func dropout(_ rate: Float) -> Dropout?
}
