/// The table of contents of a ZIP file whose entries lie in it uncompressed, as `torch.save` writes it.
///
/// Everything is checked before anything is read by it (APPNOTE.TXT 6.3, sections 4.3 and 4.5): entries lie inside the
/// file, do not overlap, are neither compressed nor encrypted, and both places that describe one agree.
struct ZipArchive {
  /// Where the bytes of each entry are, counted from the beginning of the file.
  private(set) var entries: [String: Range<Int>] = [:]
  private let path: String

  private static let mostEntries = 200_000
  private static let (localSignature, centralSignature): (UInt32, UInt32) = (0x0403_4B50, 0x0201_4B50)

  static func isZip(_ file: UnsafeRawBufferPointer) -> Bool {
    file.count >= 4 && file.loadUnaligned(as: UInt32.self) == localSignature.littleEndian
  }

  init(_ file: UnsafeRawBufferPointer, path: String) throws {
    self.path = path
    let directory = try ZipDirectoryPlace(file, path: path)
    var cursor = ByteCursor(file, directory.bytes, path: path)
    guard directory.count <= Self.mostEntries else {
      throw FileError(path, "claims \(directory.count) entries, and at most \(Self.mostEntries) are read")
    }
    var places: [(whole: Range<Int>, name: String)] = []
    for _ in 0..<directory.count {
      let (name, whole, data) = try entry(&cursor, file, before: directory.bytes.lowerBound)
      guard entries.updateValue(data, forKey: name) == nil else {
        throw FileError(path, "has two entries called '\(shown(name))'")
      }
      places.append((whole, name))
    }
    guard cursor.position == directory.bytes.upperBound else {
      throw FileError(path, "its table of contents is longer than its \(directory.count) entries")
    }
    places.sort { ($0.whole.lowerBound, $0.whole.upperBound) < ($1.whole.lowerBound, $1.whole.upperBound) }
    for (first, second) in zip(places, places.dropFirst()) where second.whole.lowerBound < first.whole.upperBound {
      throw FileError(path, "entries '\(shown(first.name))' and '\(shown(second.name))' overlap")
    }
  }

  /// One entry of the table of contents, compared with what stands in front of its data.
  private func entry(_ cursor: inout ByteCursor, _ file: UnsafeRawBufferPointer, before end: Int) throws
    -> (name: String, whole: Range<Int>, data: Range<Int>)
  {
    guard try cursor.number(UInt32.self) == Self.centralSignature else {
      throw FileError(path, "its table of contents is damaged at byte \(cursor.position - 4)")
    }
    _ = try cursor.skip(4)  // versions
    let (flags, method) = (try cursor.number(UInt16.self), try cursor.number(UInt16.self))
    _ = try cursor.skip(8)  // time, checksum
    let (stored, size) = (try cursor.number(UInt32.self), try cursor.number(UInt32.self))
    let (nameLength, extraLength) = (Int(try cursor.number(UInt16.self)), Int(try cursor.number(UInt16.self)))
    let commentLength = Int(try cursor.number(UInt16.self))
    _ = try cursor.skip(8)  // disk, attributes
    let offset = try cursor.number(UInt32.self)
    let nameBytes = try cursor.take(nameLength)
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw FileError(path, "the name of an entry is not UTF-8")
    }
    func problem(_ text: String) -> FileError { FileError(path, "entry '\(shown(name))' \(text)") }

    var wide = WideFields(extra: try cursor.take(extraLength))
    _ = try cursor.skip(commentLength)
    guard let size = wide.value(size), let stored = wide.value(stored), let offset = wide.value(offset) else {
      throw problem("has no size")
    }
    guard flags & 1 == 0 else { throw problem("is encrypted") }
    guard method == 0 else { throw problem("is compressed (method \(method)); torch.save never does that") }
    guard stored == size else { throw problem("has \(stored) bytes and claims \(size)") }
    guard offset >= 0, offset <= end else { throw problem("begins outside the file") }

    var local = ByteCursor(file, offset..<end, path: path)
    guard try local.number(UInt32.self) == Self.localSignature else { throw problem("is not where it should be") }
    _ = try local.skip(4)
    let localMethod = try local.number(UInt16.self)
    _ = try local.skip(16)
    let (localName, localExtra) = (Int(try local.number(UInt16.self)), Int(try local.number(UInt16.self)))
    guard localMethod == method, try local.take(localName).elementsEqual(nameBytes) else {
      throw problem("is described in two ways")
    }
    _ = try local.skip(localExtra)
    guard size <= end - local.position else {
      throw problem("has \(size) bytes, and the file ends after \(end - local.position)")
    }
    let data = try local.skip(size)
    return (name, offset..<data.upperBound, data)
  }
}

/// The 64-bit numbers that stand for those which are too large for an entry's 32 bits, in a fixed order.
private struct WideFields {
  private var rest: UnsafeRawBufferPointer = .init(start: nil, count: 0)

  init(extra: UnsafeRawBufferPointer) {
    var extra = extra
    while extra.count >= 4 {
      let kind = UInt16(littleEndian: extra.loadUnaligned(as: UInt16.self))
      let length = Int(UInt16(littleEndian: extra.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
      guard length <= extra.count - 4 else { return }
      if kind == 1 {
        rest = UnsafeRawBufferPointer(rebasing: extra[4..<4 + length])
        return
      }
      extra = UnsafeRawBufferPointer(rebasing: extra[(4 + length)...])
    }
  }

  /// The number itself, or the next wide one in its place; `nil` if that is missing or cannot be.
  mutating func value(_ narrow: UInt32) -> Int? {
    guard narrow == .max else { return Int(narrow) }
    guard rest.count >= 8 else { return nil }
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[8...]) }
    return Int(exactly: UInt64(littleEndian: rest.loadUnaligned(as: UInt64.self)))
  }
}
