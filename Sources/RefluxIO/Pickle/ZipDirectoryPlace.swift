/// Where a ZIP file's table of contents is, as the record at the file's end says.
struct ZipDirectoryPlace {
  let bytes: Range<Int>
  /// Entries.
  let count: Int

  private static let (endSize, locatorSize, wideSize) = (22, 20, 56)

  init(_ file: UnsafeRawBufferPointer, path: String) throws {
    func short(_ place: Int) -> Int {
      Int(UInt16(littleEndian: file.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
    }
    func word(_ place: Int) -> UInt32 {
      UInt32(littleEndian: file.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }
    func wide(_ place: Int) -> UInt64 {
      UInt64(littleEndian: file.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    func problem(_ text: String) -> FileError { FileError(path, text) }

    // A comment of up to 65535 bytes may follow the record; its length must reach the end of the file.
    let last = file.count - Self.endSize
    var place = last
    while place >= max(0, last - Int(UInt16.max)),
      !(word(place) == 0x0605_4B50 && short(place + 20) == last - place)
    { place -= 1 }
    guard place >= max(0, last - Int(UInt16.max)) else {
      throw problem("is cut short: it begins like a ZIP file and does not end like one")
    }
    guard short(place + 4) == 0, short(place + 6) == 0, short(place + 8) == short(place + 10) else {
      throw problem("is a part of a ZIP file in several parts")
    }
    let narrow = (count: short(place + 10), size: word(place + 12), offset: word(place + 16))

    let locator = place - Self.locatorSize
    guard locator >= 0, word(locator) == 0x0706_4B50 else {
      guard Int(narrow.offset) + Int(narrow.size) == place else {
        throw problem("its table of contents is not where it should be")
      }
      (bytes, count) = (Int(narrow.offset)..<place, narrow.count)
      return
    }
    guard let record = Int(exactly: wide(locator + 8)), record >= 0, record <= locator - Self.wideSize,
      word(record) == 0x0606_4B50
    else { throw problem("its ZIP64 record is not where it should be") }
    guard let count = Int(exactly: wide(record + 32)), let size = Int(exactly: wide(record + 40)),
      let offset = Int(exactly: wide(record + 48)), offset <= record, size == record - offset
    else { throw problem("its table of contents is not where it should be") }
    guard narrow.count == count || narrow.count == Int(UInt16.max), narrow.size == size || narrow.size == .max,
      narrow.offset == offset || narrow.offset == .max
    else { throw problem("its two tables of contents differ") }
    (bytes, self.count) = (offset..<record, count)
  }
}
