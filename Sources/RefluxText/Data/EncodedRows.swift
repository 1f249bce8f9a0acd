import RefluxCore
import RefluxIO

/// The rows of some neighbouring examples.
struct EncodedRows: Sendable, Equatable {
  var ids: [Int32] = []
  var segments: [UInt8] = []
  var rowLengths: [Int] = []
  /// Of rows with answers: what each position must predict; for the others nothing is added.
  var targets: [Int32] = []
  var truncatedRowCount = 0

  init() {}

  /// Several, one after the other.
  init(_ parts: [EncodedRows]) {
    ids = parts.flatMap(\.ids)
    segments = parts.flatMap(\.segments)
    rowLengths = parts.flatMap(\.rowLengths)
    targets = parts.flatMap(\.targets)
    truncatedRowCount = parts.reduce(0) { $0 + $1.truncatedRowCount }
  }

  mutating func append(_ row: EncodedRow) {
    ids += row.ids
    segments.append(contentsOf: row.segments.lazy.map { UInt8(truncatingIfNeeded: $0) })
    if row.segments.isEmpty { segments.append(contentsOf: repeatElement(0, count: row.ids.count)) }
    targets += row.targets
    rowLengths.append(row.ids.count)
    if row.wasTruncated { truncatedRowCount += 1 }
  }
}

// The form in which rows are kept: a mark, five numbers, the arrays, and a hash of all that. Numbers are little-endian.
extension EncodedRows {
  private static let mark = Array("RFXTOKEN".utf8)
  private static let headerLength = mark.count + 5 * 8

  var cached: [UInt8] {
    let header = [ids.count, segments.count, rowLengths.count, targets.count, truncatedRowCount].map { Int64($0) }
    var bytes = Self.mark
    bytes.reserveCapacity(Self.headerLength + ids.count * 9 + rowLengths.count * 8 + 32)
    bytes.append(elementsOf: header)
    bytes.append(elementsOf: ids)
    bytes += segments
    bytes.append(elementsOf: rowLengths.map { Int64($0) })
    bytes.append(elementsOf: targets)
    return bytes + sha256(bytes)
  }

  /// `nil` if the bytes are not those of whole, undamaged rows.
  init?(cached bytes: [UInt8]) {
    guard bytes.count >= Self.headerLength + 32, bytes.starts(with: Self.mark),
      bytes.suffix(32).elementsEqual(bytes.withUnsafeBytes { sha256(.init(rebasing: $0.dropLast(32))) })
    else { return nil }
    var reader = bytes[Self.mark.count...].dropLast(32)
    let counts: [Int64] = reader.take(5)
    guard counts.allSatisfy({ (0...Int64(bytes.count)).contains($0) }),
      zip(counts, [4, 1, 8, 4]).reduce(0, { $0 + Int($1.0) * $1.1 }) == reader.count
    else { return nil }
    ids = reader.take(Int(counts[0]))
    segments = reader.take(Int(counts[1]))
    rowLengths = (reader.take(Int(counts[2])) as [Int64]).map { Int($0) }
    targets = reader.take(Int(counts[3]))
    truncatedRowCount = Int(counts[4])
    guard segments.count == ids.count, rowLengths.allSatisfy({ (0...ids.count).contains($0) }),
      rowLengths.reduce(0, +) == ids.count
    else { return nil }
  }
}

extension [UInt8] {
  fileprivate mutating func append(elementsOf values: [some FixedWidthInteger]) {
    values.map(\.littleEndian).withUnsafeBytes { append(contentsOf: $0) }
  }
}

extension ArraySlice<UInt8> {
  fileprivate mutating func take<Value: FixedWidthInteger>(_ count: Int) -> [Value] {
    let part = prefix(count * MemoryLayout<Value>.size)
    self = dropFirst(part.count)
    return part.withUnsafeBytes { bytes in
      (0..<count).map {
        Value(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self))
      }
    }
  }
}
