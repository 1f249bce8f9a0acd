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
    }
  }

  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func aFullDiskIsNamed() throws {
    let writer = try JSONLinesWriter("/dev/full")
    #expect(message { try writer.write([1]) } == "/dev/full: cannot be written: No space left on device")
  }
}
