import Foundation
import RefluxTesting
import Testing

@testable import RefluxIO

@Suite struct AtomicFileTests {
  private struct Interruption: Error {}

  @Test func replacesTheFileInOneGo() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.txt"
      try AtomicFile.write("old", to: path)
      try AtomicFile.write(to: path) { file in
        try file.append("new ".utf8)
        try file.append([UInt8](repeating: 0x78, count: 3 << 20))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 4 + 3 << 20)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.txt"])
    }
  }

  @Test func aFailureLeavesWhatWasThere() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.txt"
      try AtomicFile.write("old", to: path)
      #expect(throws: Interruption.self) {
        try AtomicFile.write(to: path) { file in
          try file.append("new".utf8)
          throw Interruption()
        }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.txt"])
    }
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/none/a.txt"
      #expect(
        message { try AtomicFile.write("x", to: path) } == "\(path): cannot be written: No such file or directory")
      #expect(
        message { try AtomicFile.write("x", to: directory) } == "\(directory): cannot be written: Is a directory")
    }
  }

  @Test func aLinkStaysALink() throws {
    try withTemporaryDirectory { directory in
      let (link, target) = (directory + "/latest.txt", directory + "/run-7.txt")
      try AtomicFile.write("old", to: target)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "run-7.txt")
      try AtomicFile.write("new", to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "run-7.txt")
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "new")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["latest.txt", "run-7.txt"])
    }
  }

  @Test func aLinkToNothingMakesWhatItNames() throws {
    try withTemporaryDirectory { directory in
      let link = directory + "/latest.txt"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "run-8.txt")
      try AtomicFile.write("new", to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "run-8.txt")
      #expect(try String(contentsOfFile: directory + "/run-8.txt", encoding: .utf8) == "new")
    }
  }

  @Test func aPipeIsWrittenThrough() throws {
    try withTemporaryDirectory { directory in
      let pipe = directory + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      // Open for both, so that nobody waits for the other end.
      let end = open(pipe, O_RDWR)
      defer { close(end) }
      try AtomicFile.write("through\n", to: pipe)
      var bytes = [UInt8](repeating: 0, count: 8)
      #expect(read(end, &bytes, 8) == 8 && String(decoding: bytes, as: UTF8.self) == "through\n")
      #expect(try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType != .typeRegular)
    }
  }

  @Test func aDeviceIsWrittenThrough() throws {
    let before = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    try AtomicFile.write("nowhere", to: "/dev/null")
    #expect(try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType == before)
    #expect(before == .typeCharacterSpecial)
  }

  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func aFullDiskIsNamed() throws {
    let writer = try JSONLinesWriter("/dev/full")
    #expect(message { try writer.write([1]) } == "/dev/full: cannot be written: No space left on device")
    #expect(
      message { try AtomicFile.write("x", to: "/dev/full") } == "/dev/full: cannot be written: No space left on device")
  }
}
