/// How one matrix product is cut for the workers: along the longer side of the result, or the shorter if its halves are
/// more equal; by its shape alone.
///
/// OpenBLAS packs one operand anew in every call, which costs about `packing / rows of the piece` of the time: pieces
/// stay long. Their number is even, so that two threads share them fairly, and bounds fall on multiples of what
/// OpenBLAS's inner kernels take at a time.
struct ProductPieces {
  let alongRows: Bool
  let count: Int
  private let length: Int
  private let unit: Int

  private static let pieceLength = 1024
  private static let alignment = 48
  /// Multiplications below which a product is one piece.
  private static let smallest = 1 << 20

  init(_ m: Int, _ n: Int, _ k: Int) {
    let (long, short) = (max(m, n), min(m, n))
    let cutsShort =
      long < 2 * Self.pieceLength && short >= 4 * Self.alignment && Self.excess(short) + 0.02 < Self.excess(long)
    alongRows = (m >= n) != cutsShort
    length = cutsShort ? short : long
    guard m * n * k >= Self.smallest, length >= 2 * Self.alignment else {
      (count, unit) = (1, length)
      return
    }
    let wanted = max(2, length / Self.pieceLength / 2 * 2)
    let blocks = (length + Self.alignment - 1) / Self.alignment
    unit = (blocks + wanted - 1) / wanted * Self.alignment
    count = (length + unit - 1) / unit
  }

  /// The longer of two pieces, in halves of `length`.
  private static func excess(_ length: Int) -> Double {
    let blocks = (length + alignment - 1) / alignment
    return Double((blocks + 1) / 2 * alignment * 2) / Double(length)
  }

  subscript(piece: Int) -> Range<Int> { piece * unit..<min((piece + 1) * unit, length) }
}
