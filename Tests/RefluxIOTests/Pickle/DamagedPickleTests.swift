import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Good files, cut short or changed at places drawn from a seed: each is refused or harmless.
///
/// A page that cannot be read follows the last byte, so that reading outside of the file would end the program.
@Suite struct DamagedPickleTests {
  private static let files = ["zip", "legacy", "protocol4", "big_endian", "parameters"]

  /// Reads a file; `false` if it is refused.
  ///
  /// What is accepted must lie inside the file.
  private func isAccepted(_ bytes: [UInt8]) throws -> Bool {
    try withGuardedCopy(of: bytes) { copy in
      let contents: TorchContents
      do {
        contents =
          try ZipArchive.isZip(copy)
          ? TorchContents(zip: copy, path: "damaged") : TorchContents(legacy: copy, path: "damaged")
      } catch is FileError { return false }
      #expect(contents.places.count == contents.machine.storages.count)
      for (place, storage) in zip(contents.places, contents.machine.storages) {
        #expect(place.lowerBound >= 0 && place.upperBound <= copy.count)
        #expect(place.count == storage.count * storage.type.size)
      }
      for tensor in contents.machine.tensors {
        let storage = contents.machine.storages[tensor.slice.storage]
        #expect(tensor.slice.elements.lowerBound >= 0 && tensor.slice.elements.upperBound <= storage.count)
        let reach = zip(tensor.layout.shape, tensor.layout.strides).reduce(tensor.layout.offset) {
          $0 + ($1.0 - 1) * $1.1
        }
        #expect(tensor.layout.shape.contains(0) || reach < tensor.slice.elements.count)
      }
      return true
    }
  }

  private func withGuardedCopy<Result>(of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Result) throws
    -> Result
  {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let whole = (bytes.count + page - 1) / page * page
    let memory = mmap(nil, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let base = try #require(memory == MAP_FAILED ? nil : memory)
    defer { munmap(base, whole + page) }
    try #require(mprotect(base + whole, page, PROT_NONE) == 0)
    let start = base + (whole - bytes.count)
    UnsafeMutableRawBufferPointer(start: start, count: bytes.count).copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(start: start, count: bytes.count))
  }

  @Test(arguments: files) func everyTruncationIsNoticed(_ name: String) throws {
    let bytes = try MappedFile(fixture("pickle/\(name).bin")).withBytes(Array.init)
    for length in stride(from: 0, to: bytes.count, by: 13) {
      #expect(try !isAccepted(Array(bytes.prefix(length))), "\(name), \(length) bytes")
    }
    #expect(try isAccepted(bytes))
  }

  /// 5 x 400 files with one to six bytes changed, more often to bytes that mean something.
  @Test(arguments: files) func changedBytes(_ name: String) throws {
    let good = try MappedFile(fixture("pickle/\(name).bin")).withBytes(Array.init)
    var random = RandomSource(seed: UInt64(name.utf8.count))
    let telling: [UInt8] =
      [0, 1, 0x7F, 0x80, 0xFF] + Array("(.0N)R]}aesuthjqrcQbX".utf8) + [0x85, 0x8A, 0x93, 0x94, 0x95]
    var refused = 0
    for _ in 0..<400 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          Bool.random(using: &random)
          ? telling[Int.random(in: 0..<telling.count, using: &random)] : UInt8.random(in: 0...255, using: &random)
      }
      if try !isAccepted(bytes) { refused += 1 }
    }
    #expect(refused > 100)
  }

  /// Whole pieces copied elsewhere, doubled or taken out.
  @Test(arguments: files) func shuffledPieces(_ name: String) throws {
    let good = try MappedFile(fixture("pickle/\(name).bin")).withBytes(Array.init)
    var random = RandomSource(seed: 100 + UInt64(name.utf8.count))
    var refused = 0
    for _ in 0..<200 {
      let start = Int.random(in: 0..<good.count, using: &random)
      let piece = good[start..<min(good.count, start + Int.random(in: 1...64, using: &random))]
      let place = Int.random(in: 0..<good.count - piece.count, using: &random)
      var bytes = good
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.replaceSubrange(place..<place + piece.count, with: piece)
      case 1: bytes.insert(contentsOf: piece, at: place)
      default: bytes.removeSubrange(place..<place + piece.count)
      }
      if try !isAccepted(bytes) { refused += 1 }
    }
    #expect(refused > 100)
  }
}
