import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO

/// Files that are cut short or lie about themselves; each is refused with its own message.
@Suite struct SafetensorsHeaderTests {
  private func problem(_ bytes: [UInt8]) throws -> String {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      try AtomicFile.write(to: path) { try $0.append(bytes) }
      let text = message { try SafetensorsFile(path) }
      #expect(text.hasPrefix(path + ": "))
      return String(text.dropFirst(path.count + 2))
    }
  }

  private func file(_ header: String, data: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test func cutShort() throws {
    #expect(try problem([]) == "is cut short: it has 0 bytes, and the length of the header takes 8")
    #expect(try problem([1, 2, 3]) == "is cut short: it has 3 bytes, and the length of the header takes 8")
    #expect(
      try problem(Array(file("{\"a\": 1}", data: 0).dropLast(3)))
        == "is cut short: the header claims 8 bytes, and 5 follow")
  }

  @Test func hugeHeaders() throws {
    #expect(
      try problem([UInt8](repeating: 0xFF, count: 64))
        == "is not a safetensors file: it claims a header of 18446744073709551615 bytes")
    #expect(
      try problem(withUnsafeBytes(of: UInt64(100_000_001).littleEndian, Array.init))
        == "is not a safetensors file: it claims a header of 100000001 bytes")
  }

  @Test(arguments: [
    (" {}", "is not a safetensors file: its header does not begin with '{'"),
    ("PK", "is not a safetensors file: its header does not begin with '{'"),
    ("{\"a\": }", "the header is not valid JSON: wants a value, found '}' (column 7)"),
    (
      #"{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}, "a": 1}"#,
      "the header is not valid JSON: the key \"a\" is given twice (column 62)"
    ),
    (#"{"__metadata__": {"a": 1}}"#, "'__metadata__' wants an object of texts"),
    (#"{"a": 1}"#, "tensor 'a': wants an object, but is an integer"),
    (#"{"a": {}}"#, "tensor 'a': 'dtype' is missing"),
    (#"{"a": {"dtype": "F7"}}"#, "tensor 'a': no dtype is called 'F7'"),
    (#"{"a": {"dtype": "F32"}}"#, "tensor 'a': 'shape' wants a list of sizes, none of them negative"),
    (
      #"{"a": {"dtype": "F32", "shape": [-1]}}"#, "tensor 'a': 'shape' wants a list of sizes, none of them negative"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [1.5]}}"#, "tensor 'a': 'shape' wants a list of sizes, none of them negative"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}"#,
      "tensor 'a': 'data_offsets' wants two positions, the second not before the first"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}"#,
      "tensor 'a': 'data_offsets' wants two positions, the second not before the first"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}"#,
      "tensor 'a': 'data_offsets' wants two positions, the second not before the first"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [4294967296, 4294967296, 4294967296], "data_offsets": [0, 4]}}"#,
      "tensor 'a': its shape [4294967296, 4294967296, 4294967296] has more elements than can be counted"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 20]}}"#,
      "tensor 'a': shape [2, 3] of F32 needs 24 bytes, and it has 20"
    ),
    (
      #"{"a": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]}}"#,
      "tensor 'a': its data ends at byte 32, and the file has 16 bytes of data; is it cut short?"
    ),
    (
      #"{"a": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}, "b": {"dtype": "U8", "shape": [8], "#
        + #""data_offsets": [8, 16]}}"#, "tensors 'a' and 'b' overlap"
    ),
    (
      #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "U8", "shape": [8], "#
        + #""data_offsets": [8, 16]}}"#, "bytes 4 to 8 of the data, before tensor 'b', belong to no tensor"
    ),
    (
      #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}"#, "the last 12 bytes belong to no tensor"
    ),
  ])
  func lyingHeaders(_ header: String, _ wanted: String) throws {
    #expect(try problem(file(header, data: 16)) == wanted)
  }

  @Test func aZeroSizedTensorTakesNoBytes() throws {
    let header = #"{"a": {"dtype": "F32", "shape": [0, 9223372036854775807], "data_offsets": [0, 0]}}"#
    #expect(
      try problem(file(header, data: 0))
        == "tensor 'a': its shape [0, 9223372036854775807] has more elements than can be counted")
    let plain = #"{"a": {"dtype": "F32", "shape": [0, 5], "data_offsets": [0, 0]}}"#
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      try AtomicFile.write(to: path) { try $0.append(file(plain, data: 0)) }
      #expect(try SafetensorsFile(path).shape(of: "a") == [0, 5])
    }
  }

  /// A real file, cut short at every kind of place, is always refused.
  @Test func everyTruncationIsNoticed() throws {
    let file = try MappedFile(fixture("bert/model/model.safetensors"))
    for length in Array(0..<64) + stride(from: 64, to: file.bytes.count, by: 331) + [file.bytes.count - 1] {
      let cut = UnsafeRawBufferPointer(rebasing: file.bytes[..<length])
      #expect(throws: FileError.self) { try SafetensorsHeader(cut, path: "cut") }
    }
  }

  /// Whatever a damaged header says, what is accepted lies inside the file.
  @Test func damagedHeadersAreRefusedOrHarmless() throws {
    let file = try MappedFile(fixture("bert/model/model.safetensors"))
    let headerEnd = 8 + Int(file.bytes.loadUnaligned(as: UInt64.self))
    var random = RandomSource(seed: 1)
    var refused = 0
    for _ in 0..<400 {
      var bytes = Array(file.bytes)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<headerEnd, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      bytes.withUnsafeBytes { bytes in
        guard let header = try? SafetensorsHeader(bytes, path: "damaged") else { return refused += 1 }
        for entry in header.entries.values {
          #expect(entry.bytes.upperBound <= bytes.count)
          #expect(entry.shape.reduce(entry.type.size, *) == entry.bytes.count)
        }
      }
    }
    #expect(refused > 200)
  }
}
