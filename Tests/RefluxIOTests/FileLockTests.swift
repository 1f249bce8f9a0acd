import Foundation
import RefluxTesting
import Testing

@testable import RefluxIO

@Suite struct FileLockTests {
  @Test func oneHolderAtATime() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      var first = try FileLock.create(path, holding: "mine\n")
      #expect(first != nil)
      #expect(FileLock.isHeld(path))
      #expect(try FileLock.take(path) == nil)
      first = nil
      #expect(!FileLock.isHeld(path))
      let second = try FileLock.take(path)
      #expect(second != nil)
      let third = try FileLock.take(path)
      withExtendedLifetime(second) { #expect(third == nil) }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine\n")
    }
  }

  @Test func whatIsThereIsNotMadeAgain() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      try AtomicFile.write("theirs", to: path)
      #expect(try FileLock.create(path, holding: "mine") == nil)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs")
    }
  }

  @Test func aPlaceThatIsNotThereIsNamed() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/none/lock"
      #expect(message { _ = try FileLock.take(path) } == "\(path): cannot be written: No such file or directory")
      #expect(
        message { _ = try FileLock.create(path, holding: "") }
          == "\(path): cannot be written: No such file or directory")
      #expect(!FileLock.isHeld(path))
    }
  }
}
