/// How one matrix product is cut for the workers: along the longer side of the result, by its shape alone.
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
    alongRows = m >= n
    length = max(m, n)
    guard m * n * k >= Self.smallest, length >= 2 * Self.alignment else {
      (count, unit) = (1, length)
      return
    }
    let wanted = max(2, length / Self.pieceLength / 2 * 2)
    let blocks = (length + Self.alignment - 1) / Self.alignment
    unit = (blocks + wanted - 1) / wanted * Self.alignment
    count = (length + unit - 1) / unit
  }

  subscript(piece: Int) -> Range<Int> { piece * unit..<min((piece + 1) * unit, length) }
}
