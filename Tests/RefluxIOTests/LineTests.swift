import RefluxTesting
import Testing

@testable import RefluxIO

@Suite struct LineTests {
  private func write(_ bytes: [UInt8], in directory: String) throws -> String {
    let path = directory + "/rows.jsonl"
    try AtomicFile.write(to: path) { try $0.append(bytes) }
    return path
  }

  @Test func linesOfEveryEnding() throws {
    try withTemporaryDirectory { directory in
      let path = try write([0xEF, 0xBB, 0xBF] + Array("a\r\nb\n\nç".utf8), in: directory)
      let lines = try LineReader(path)
      var read: [String] = []
      while let line = try lines.next() { read.append(line) }
      #expect(read == ["a", "b", "", "ç"])
      #expect(lines.number == 4)
    }
  }

  @Test func longLinesAcrossChunks() throws {
    try withTemporaryDirectory { directory in
      let wanted = [70_000, 1, 65_536, 200_000, 0, 3].map { String(repeating: "ä", count: $0) }
      let path = try write(Array(wanted.joined(separator: "\n").utf8), in: directory)
      let lines = try LineReader(path)
      var read: [String] = []
      while let line = try lines.next() { read.append(line) }
      #expect(read == wanted)
    }
  }

  @Test func aLineThatIsNotTextIsNamed() throws {
    try withTemporaryDirectory { directory in
      let path = try write(Array("{}\n".utf8) + [0x22, 0xE9, 0x22, 0x0A], in: directory)
      #expect(message { try JSONLinesReader.read(path) } == "\(path):2: is not UTF-8 text")
    }
  }

  @Test func rowsKnowTheirLines() throws {
    try withTemporaryDirectory { directory in
      let path = try write(Array("{\"a\": 1}\n\n [2] \n{\"a\" 1}\n".utf8), in: directory)
      let reader = try JSONLinesReader(path)
      #expect(try reader.next() == ["a": 1])
      #expect(try reader.next() == [2])
      #expect(reader.line == 3)
      #expect(message { try reader.next() } == "\(path):4: not valid JSON: wants ':' after a key, found '1' (column 6)")
    }
  }

  @Test func writtenRowsComeBackAndAppendingKeepsThem() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/log.jsonl"
      try JSONLinesWriter(path).write(["loss": JSON(Float(0.1)), "text": "a\nb"])
      let writer = try JSONLinesWriter(path, appending: true)
      try writer.write([1])
      try writer.sync()
      let rows = try JSONLinesReader.read(path)
      #expect(rows.map(\.line) == [1, 2])
      #expect(rows.map(\.row) == [["loss": JSON(Float(0.1)), "text": "a\nb"], [1]])
    }
  }

  @Test func blankLinesAreSkippedOrRefused() throws {
    try withTemporaryDirectory { directory in
      let path = try write(Array("1\n\n \n2\n\n".utf8), in: directory)
      #expect(try JSONLinesReader.read(path).map(\.line) == [1, 4])
      let strict = try JSONLinesReader(path, refusingBlankLines: true)
      #expect(try strict.next() == 1)
      #expect(message { try strict.next() } == "\(path):2: is blank, and every line wants a row")
      let end = try JSONLinesReader(write(Array("1\n\n\t\n".utf8), in: directory), refusingBlankLines: true)
      #expect(try end.next() == 1)
      #expect(try end.next() == nil)
    }
  }

  @Test func missingFilesAndDirectories() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/none"
      #expect(message { try LineReader(path) } == "\(path): cannot be opened: No such file or directory")
      #expect(message { try MappedFile(path) } == "\(path): cannot be opened: No such file or directory")
      #expect(message { try MappedFile(directory) } == "\(directory): is not a file")
      #expect(message { try JSONLinesWriter(directory) } == "\(directory): cannot be written: Is a directory")
    }
  }
}
