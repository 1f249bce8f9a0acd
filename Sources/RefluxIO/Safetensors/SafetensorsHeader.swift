/// The table of contents of a safetensors file, checked before anything is read by it.
///
/// Eight bytes hold the header's length (little-endian), then comes the header as JSON, then the data. Every byte of
/// the data must belong to exactly one tensor (the format allows neither holes nor overlaps), so a file that is cut
/// short or lies about itself is refused as a whole.
struct SafetensorsHeader {
  struct Entry: Equatable {
    var type: StorageType
    var shape: [Int]
    /// Where the elements are, counted from the beginning of the file.
    var bytes: Range<Int>
  }

  /// The limit of the reference implementation.
  private static let longest = 100_000_000

  private(set) var entries: [String: Entry] = [:]
  private(set) var metadata: [String: String] = [:]

  init(_ file: UnsafeRawBufferPointer, path: String) throws {
    guard file.count >= 8 else {
      throw FileError(path, "is cut short: it has \(file.count) bytes, and the length of the header takes 8")
    }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= Self.longest else {
      throw FileError(path, "is not a safetensors file: it claims a header of \(length) bytes")
    }
    guard length <= file.count - 8 else {
      throw FileError(path, "is cut short: the header claims \(length) bytes, and \(file.count - 8) follow")
    }
    let start = 8 + Int(length)
    let text = UnsafeRawBufferPointer(rebasing: file[8..<start])
    guard text.first == UInt8(ascii: "{") else {
      throw FileError(path, "is not a safetensors file: its header does not begin with '{'")
    }
    let json: JSON
    do { json = try JSON(parsing: text, name: path) } catch let error as FileError {
      throw FileError(path, "the header is \(error.message)")
    }
    for (name, value) in json.object?.entries ?? [] {
      if name == "__metadata__" {
        metadata = try Self.metadata(value, path)
      } else {
        entries[name] = try Self.entry(name, value, dataStart: start, dataSize: file.count - start, path)
      }
    }
    try checkCoverage(of: start..<file.count, path)
  }

  private static func metadata(_ value: JSON, _ path: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in value.object?.entries ?? [] { result[key] = value.string }
    guard let object = value.object, object.keys.count == result.count else {
      throw FileError(path, "'__metadata__' wants an object of texts")
    }
    return result
  }

  private static func entry(_ name: String, _ value: JSON, dataStart: Int, dataSize: Int, _ path: String) throws
    -> Entry
  {
    func problem(_ text: String) -> FileError { FileError(path, "tensor '\(name)': \(text)") }

    guard value.object != nil else { throw problem("wants an object, but is \(value.kind)") }
    guard let typeName = value["dtype"]?.string else { throw problem("'dtype' is missing") }
    guard let type = StorageType(rawValue: typeName) else { throw problem("no dtype is called '\(typeName)'") }
    guard let sizes = value["shape"]?.array, case let shape = sizes.compactMap(\.integer), shape.count == sizes.count,
      shape.allSatisfy({ $0 >= 0 })
    else { throw problem("'shape' wants a list of sizes, none of them negative") }
    guard let offsets = value["data_offsets"]?.array?.map(\.integer), offsets.count == 2,
      let begin = offsets[0], let end = offsets[1], begin >= 0, begin <= end
    else { throw problem("'data_offsets' wants two positions, the second not before the first") }

    // Sizes of 0 count as 1 here, so that strides cannot overflow either.
    var largest = type.size
    for size in shape {
      let (product, overflow) = largest.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow else { throw problem("its shape \(shape) has more elements than can be counted") }
      largest = product
    }
    let needed = shape.contains(0) ? 0 : largest
    guard needed == end - begin else {
      throw problem("shape \(shape) of \(typeName) needs \(needed) bytes, and it has \(end - begin)")
    }
    guard end <= dataSize else {
      throw problem("its data ends at byte \(end), and the file has \(dataSize) bytes of data; is it cut short?")
    }
    return Entry(type: type, shape: shape, bytes: dataStart + begin..<dataStart + end)
  }

  private func checkCoverage(of data: Range<Int>, _ path: String) throws {
    let ordered = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    var (end, before) = (data.lowerBound, "")
    for (name, entry) in ordered {
      guard entry.bytes.lowerBound >= end else { throw FileError(path, "tensors '\(before)' and '\(name)' overlap") }
      guard entry.bytes.lowerBound == end else {
        let gap = "\(end - data.lowerBound) to \(entry.bytes.lowerBound - data.lowerBound)"
        throw FileError(path, "bytes \(gap) of the data, before tensor '\(name)', belong to no tensor")
      }
      (end, before) = (entry.bytes.upperBound, name)
    }
    guard end == data.upperBound else {
      throw FileError(path, "the last \(data.upperBound - end) bytes belong to no tensor")
    }
  }
}
