import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO

/// Files around the pickle that are damaged or lie: the ZIP form and the one before it.
@Suite struct HostileContainerTests {
  private let good = ZipBytes(.dictionary { $0.tensor([2, 2], [2, 1]) })

  @Test func entriesThatLie() throws {
    func problem(_ change: (inout ZipBytes.Entry) -> Void, _ index: Int = 1) throws -> String {
      try RefluxIOTests.problem(inFileOf: good.changed(index, change).bytes)
    }
    #expect(try problem { _ in } == "")
    #expect(
      try problem { $0.method = 8 }
        == "entry 'archive/data/0' is compressed (method 8); torch.save never does that")
    #expect(try problem { $0.flags = 1 } == "entry 'archive/data/0' is encrypted")
    #expect(
      try problem { $0.size = 1 << 30 }.hasPrefix(
        "entry 'archive/data/0' has 1073741824 bytes, and the file ends after"))
    #expect(try problem { $0.size = 0xFFFF_FFFF } == "entry 'archive/data/0' has no size")
    #expect(try problem { $0.offset = 1 << 30 } == "entry 'archive/data/0' begins outside the file")
    #expect(try problem { $0.offset = 1 } == "entry 'archive/data/0' is not where it should be")
    #expect(try problem { $0.offset = 0 } == "entry 'archive/data/0' is described in two ways")
    #expect(try problem { $0.localName = "archive/data/1" } == "entry 'archive/data/0' is described in two ways")
    #expect(try problem { $0.name = "archive/data.pkl" } == "has two entries called 'archive/data.pkl'")
    #expect(try problem { $0.name = "archive/data/7" } == "storage '0' is missing")
    #expect(
      try problem({ $0.name = "data.pkl" }, 0) == "is a ZIP file, but not one that torch.save wrote: it has no data.pkl"
    )
    #expect(
      try problem { $0.name = "archive/constants.pkl" } == "is a TorchScript program, not a dictionary of tensors")
  }

  @Test func entriesThatOverlap() throws {
    // The first entry's data holds a second entry whole, and the table of contents lists both.
    let inner = ZipBytes([.init(name: "archive/data/0", data: [UInt8](repeating: 0, count: 16))]).bytes
    var outer = good
    outer.entries[0].data += inner
    outer.entries[1].offset = 30 + outer.entries[0].name.utf8.count + good.entries[0].data.count
    #expect(try problem(inFileOf: outer.bytes) == "entries 'archive/data.pkl' and 'archive/data/0' overlap")
  }

  @Test func tablesOfContentsThatLie() throws {
    func problem(_ change: (inout ZipBytes) -> Void) throws -> String {
      var copy = good
      change(&copy)
      return try RefluxIOTests.problem(inFileOf: copy.bytes)
    }
    #expect(try problem { $0.count = 1 }.hasPrefix("its table of contents is longer than its 1 entries"))
    #expect(try problem { $0.count = 3 }.hasPrefix("is cut short: 4 bytes are to follow byte"))
    #expect(try problem { $0.directoryOffset = 0 } == "its table of contents is not where it should be")
    #expect(try problem { $0.directorySize = 0xFFFF_FFFF } == "its table of contents is not where it should be")
    #expect(try problem { $0.directoryOffset = 1 << 31 } == "its table of contents is not where it should be")
    let order = ZipBytes.Entry(name: "archive/byteorder", data: Array("middle".utf8))
    #expect(try problem { $0.entries.append(order) } == "its byteorder is neither little nor big")
  }

  /// The fixture's ZIP64 record says the same as the one that is 20 bytes of locator and 22 of record behind it.
  @Test func tablesOfContentsThatDiffer() throws {
    let bytes = try MappedFile(fixture("pickle/zip.bin")).withBytes(Array.init)
    func problem(_ back: Int, _ value: UInt8) throws -> String {
      var copy = bytes
      copy[copy.count - back] = value
      return try RefluxIOTests.problem(inFileOf: copy)
    }
    let (end, locator, record) = (22, 42, 98)
    #expect(try problem(end - 10, 1) == "is a part of a ZIP file in several parts")
    #expect(try problem(end - 15, 0xFF) == "its two tables of contents differ")
    #expect(try problem(record - 32, 0xFF) == "its two tables of contents differ")
    #expect(try problem(record - 55, 0xFF) == "its table of contents is not where it should be")
    #expect(try problem(record - 47, 0x7F) == "its table of contents is not where it should be")
    #expect(try problem(locator - 15, 0xFF) == "its ZIP64 record is not where it should be")
    #expect(try problem(locator - 8, 0) == "its ZIP64 record is not where it should be")
    #expect(try problem(end - 4, 1) == "is a part of a ZIP file in several parts")
  }

  @Test func otherFiles() throws {
    func problem(_ text: String) throws -> String { try RefluxIOTests.problem(inFileOf: Array(text.utf8)) }
    #expect(try problem("") == "is not a file that torch.save wrote: it is empty")
    #expect(
      try problem("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
        == "is not a file that torch.save wrote: it is a pointer of Git LFS; 'git lfs pull' fetches the file itself")
    #expect(try problem("<!doctype html>") == "is not a file that torch.save wrote: it is a web page")
    #expect(try problem("hello") == "is not a file that torch.save wrote")
    #expect(try problem("PK\u{3}\u{4}") == "is cut short: it begins like a ZIP file and does not end like one")
    let pickle = try RefluxIOTests.problem(inFileOf: PickleBytes().adding("N.").bytes)
    #expect(pickle == "is not a file that torch.save wrote: it is a pickle of something else")
    let tar = [UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8) + [UInt8](repeating: 0, count: 250)
    #expect(
      try RefluxIOTests.problem(inFileOf: tar)
        == "is not a file that torch.save wrote: it is a tar file; PyTorch before 0.2 wrote those")
  }

  // MARK: The form before PyTorch 1.6

  private func legacy(_ value: PickleBytes, keys: [String] = ["0"], count: Int = 4, version: Int = 1001, data: Int = 16)
    -> [UInt8]
  {
    let magic: [UInt8] = [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let list = keys.reduce(PickleBytes().adding("](")) { $0.text($1) }.adding("e.")
    return magic + PickleBytes().long(version).adding(".").bytes + PickleBytes().adding("}.").bytes + value.bytes
      + list.bytes + withUnsafeBytes(of: Int64(count).littleEndian, Array.init) + [UInt8](repeating: 0, count: data)
  }

  @Test func legacyFilesThatLie() throws {
    let value = PickleBytes.dictionary { $0.tensor([2, 2], [2, 1]) }
    func problem(_ bytes: [UInt8]) throws -> String { try RefluxIOTests.problem(inFileOf: bytes) }
    #expect(try problem(legacy(value)) == "")
    #expect(try problem(legacy(value, version: 7)) == "its version is not 1001, the only one of this form")
    #expect(try problem(legacy(value, keys: [])) == "storage '0' is missing")
    #expect(try problem(legacy(value, keys: ["0", "0"])).hasSuffix("its list of storages does not fit its tensors"))
    #expect(try problem(legacy(value, keys: ["1"])) == "its list of storages does not fit its tensors")
    #expect(try problem(legacy(value, count: -1)) == "storage '0' has -1 elements, and 4 are needed")
    #expect(try problem(legacy(value, count: .max)) == "storage '0' has \(Int.max) elements, and 4 are needed")
    #expect(try problem(legacy(value, data: 15)).hasPrefix("is cut short: 16 bytes are to follow byte"))
    #expect(
      try problem(legacy(.dictionary { $0.global("os", "system") })).hasSuffix(
        "'os.system' is not allowed in a file of weights"))
  }

  /// Old files say that a storage is a part of another: `('storage', type, key, 'cpu', 8, ('view', 2, 4))`.
  @Test func legacyViews() throws {
    func file(_ offset: Int, _ length: Int) -> [UInt8] {
      let value = PickleBytes.dictionary { pickle in
        pickle.global("torch._utils", "_rebuild_tensor").adding("((").text("storage").global("torch", "FloatStorage")
          .text("0").text("cpu").long(8).adding("(").text("v").long(offset).long(length).adding("ttQ").long(1)
          .tuple([3]).tuple([1]).adding("tR")
      }
      var bytes = legacy(value, count: 8, data: 0)
      for number in 0..<8 { bytes += withUnsafeBytes(of: Float(number), Array.init) }
      return bytes
    }
    #expect(try problem(inFileOf: file(6, 4)).hasSuffix("the view of a storage lies outside of it"))
    #expect(try problem(inFileOf: file(-1, 4)).hasSuffix("the view of a storage lies outside of it"))
    #expect(try problem(inFileOf: file(2, 3)).hasSuffix("lies outside its storage of 3 elements"))
    try withTemporaryDirectory { directory in
      let path = directory + "/a.bin"
      try AtomicFile.write(to: path) { try $0.append(file(2, 4)) }
      #expect(try PickleFile(path).tensor("a", on: ReferenceBackend.shared).floats == [3, 4, 5])
    }
  }
}
