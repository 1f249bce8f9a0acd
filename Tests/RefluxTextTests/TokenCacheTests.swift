import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxText

@Suite struct TokenCacheTests {
  private let examples = (0..<600).map {
    Example(rows: [.text("the cat \($0)", pair: $0 % 3 == 0 ? "a dog" : nil)], label: .category($0 % 2))
  }

  private func encoder(maxLength: Int = 8) throws -> RowEncoder {
    try RowEncoder(
      try TokenizerLoader().load(fixture("bert/model")), vocabularySize: 340, maxLength: maxLength)
  }

  /// The rows that the cache gives, and whether they had to be made.
  private func rows(
    _ cache: TokenCache, _ examples: [Example]? = nil, maxLength: Int = 8
  ) throws -> (rows: EncodedRows, wereMade: Bool) {
    let (examples, encoder) = (examples ?? self.examples, try encoder(maxLength: maxLength))
    var wereMade = false
    let rows = try cache.rows(of: examples, encoder) {
      wereMade = true
      return try encodedInParallel(examples, encoder, "x") { _, _ in }
    }
    return (EncodedRows(rows), wereMade)
  }

  @Test func givesTheSameRowsWithoutMakingThem() throws {
    try withTemporaryDirectory { (directory: String) throws in
      let cache = TokenCache("\(directory)/cache", tokenizer: "a")
      let (made, read) = (try rows(cache), try rows(cache))
      #expect(made.wereMade && !read.wereMade)
      #expect(made.rows == read.rows)
      #expect(made.rows.rowLengths.count == 600)
      #expect(made.rows.truncatedRowCount > 0)
    }
  }

  @Test func everythingThatIDsDependOnCounts() throws {
    try withTemporaryDirectory { (directory: String) throws in
      let cache = TokenCache(directory, tokenizer: "a")
      #expect(try rows(cache).wereMade)
      #expect(try rows(TokenCache(directory, tokenizer: "b")).wereMade)
      #expect(try rows(cache, maxLength: 9).wereMade)
      #expect(try rows(cache, Array(examples.dropLast())).wereMade)
      // The same text, but not the same rows.
      let (one, two) = (Example(rows: [.text("ab", pair: "c")]), Example(rows: [.text("a", pair: "bc")]))
      #expect(try rows(cache, [one]).wereMade)
      #expect(try rows(cache, [two]).wereMade)
      #expect(try rows(cache, [Example(rows: [.tokens(ids: [2, 3])])]).wereMade)
      #expect(try rows(cache, [Example(rows: [.tokens(ids: [2, 3], segments: [0, 1])])]).wereMade)
      // Labels are not part of the rows.
      #expect(try !rows(cache, [Example(rows: one.rows, label: .score(1))]).wereMade)
    }
  }

  @Test func damagedFilesAreWrittenAnew() throws {
    try withTemporaryDirectory { (directory: String) throws in
      let cache = TokenCache(directory, tokenizer: "a")
      let made = try rows(cache).rows
      let path = "\(directory)/\(try #require(Directory.names(in: directory).first))"
      let whole = try MappedFile.contents(of: path)
      for place in [0, 9, 17, 60, whole.count / 2, whole.count - 1] {
        var bytes = whole
        bytes[place] ^= 0x10
        try AtomicFile.write(to: path) { try $0.append(bytes) }
        let again = try rows(cache)
        #expect(again.wereMade && again.rows == made, "byte \(place)")
        #expect(try MappedFile.contents(of: path) == whole)
      }
      for count in [0, 1, 40, 80, whole.count - 1] {
        try AtomicFile.write(to: path) { try $0.append(whole.prefix(count)) }
        #expect(try rows(cache).wereMade, "\(count) bytes")
      }
      #expect(try !rows(cache).wereMade)
      #expect(try Directory.names(in: directory).count == 1)
    }
  }

  /// A hash that is right for numbers that are not: nothing is read outside of the file.
  @Test func numbersThatDoNotFitAreNotBelieved() throws {
    let whole = EncodedRows([try rows(TokenCache("/nowhere", tokenizer: "a")).rows]).cached
    #expect(EncodedRows(cached: whole) != nil)
    for value in [Int64(-1), 1, 1 << 40, .max, .min] {
      var bytes = Array(whole.dropLast(32))
      withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(8..<16, with: $0) }
      #expect(EncodedRows(cached: bytes + sha256(bytes)) == nil, "\(value)")
    }
  }

  @Test func whatWasNotUsedForLongestGoes() throws {
    try withTemporaryDirectory { (directory: String) throws in
      var cache = TokenCache(directory, tokenizer: "a")
      let size = try EncodedRows([rows(cache).rows]).cached.count
      cache.limit = 2 * size + size / 2
      _ = try rows(TokenCache(directory, tokenizer: "b"))
      for (number, name) in try Directory.names(in: directory).sorted().enumerated() {
        let date = Date(timeIntervalSince1970: Double(1_000_000 + number))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(directory)/\(name)")
      }
      #expect(try !rows(cache).wereMade)
      var other = TokenCache(directory, tokenizer: "c")
      other.limit = cache.limit
      #expect(try rows(other).wereMade)
      #expect(try Directory.names(in: directory).count == 2)
      #expect(try !rows(cache).wereMade)
      other.limit = size - 1
      #expect(try rows(other, maxLength: 9).wereMade)
      #expect(try rows(other, maxLength: 9).wereMade)
    }
  }

  @Test func aDirectoryThatCannotBeWrittenDoesNotMatter() throws {
    #expect(try rows(TokenCache("/proc/none", tokenizer: "a")).wereMade)
  }

  @Test func reportsProgressAndStops() throws {
    let many = (0..<40_000).map { _ in Example(rows: [.text("a")]) }
    var seen: [Int] = []
    _ = try EncodedDataset(many, encoder(), .classes(["x"]), name: "x") { done, total in
      seen.append(done)
      #expect(total == 40_000)
    }
    #expect(seen == seen.sorted() && seen.last == 40_000)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      _ = try EncodedDataset(many, encoder(), .classes(["x"]), name: "x") { _, _ in throw Stop() }
    }
  }

  @Test func fingerprintsTellTokenizersApart() throws {
    let loader = TokenizerLoader()
    let first = try loader.fingerprint(of: fixture("bert/model"))
    #expect(try first == loader.fingerprint(of: fixture("bert/model")))
    #expect(try first != loader.fingerprint(of: fixture("albert/model")))
    #expect(TokenizerLoader.fingerprint(words: ["a", "b"]) != TokenizerLoader.fingerprint(words: ["ab"]))
    try withTemporaryDirectory { (directory: String) throws in
      let copy = "\(directory)/copy"
      try FileManager.default.copyItem(atPath: fixture("bert/model"), toPath: copy)
      #expect(try first == loader.fingerprint(of: copy))
      try AtomicFile.write(#"{"do_lower_case": false}"#, to: "\(copy)/tokenizer_config.json")
      #expect(try first != loader.fingerprint(of: copy))
    }
  }
}
