import Foundation
import RefluxCore
import RefluxIO

/// Token ids kept in a directory, by what they were made from: the same examples, tokenizer and limits are not
/// tokenized again.
///
/// A file that is damaged counts as none. Files that were not used for longest go when there are too many bytes of them.
public struct TokenCache: Sendable {
  private let directory: String
  private let tokenizer: String
  /// Bytes that all files may have together.
  var limit = 1 << 30

  /// - Parameters:
  ///   - directory: Where the files are; made when the first one is written.
  ///   - tokenizer: What tells tokenizers apart: ``TokenizerLoader/fingerprint(of:)``.
  public init(_ directory: String, tokenizer: String) { (self.directory, self.tokenizer) = (directory, tokenizer) }

  /// The rows of examples, read or else made.
  func rows(of examples: [Example], _ encoder: RowEncoder, make: () throws -> [EncodedRows]) rethrows -> [EncodedRows] {
    let path = "\(directory)/\(key(examples, encoder)).tokens"
    if let bytes = try? MappedFile.contents(of: path), let rows = EncodedRows(cached: bytes) {
      // Marks it as used.
      try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
      return [rows]
    }
    let rows = try make()
    store(EncodedRows(rows).cached, at: path)
    return rows
  }

  /// A run does not depend on its cache: what cannot be written is not.
  private func store(_ bytes: [UInt8], at path: String) {
    guard bytes.count <= limit else { return }
    try? Directory.create(directory)
    makeRoom(for: bytes.count)
    try? AtomicFile.write(to: path) { try $0.append(bytes) }
  }

  private func makeRoom(for size: Int) {
    let names = ((try? Directory.names(in: directory)) ?? []).filter { $0.hasSuffix(".tokens") }
    let files = names.compactMap { name -> (path: String, date: Date, size: Int)? in
      let path = "\(directory)/\(name)"
      guard let found = try? FileManager.default.attributesOfItem(atPath: path),
        let date = found[.modificationDate] as? Date, let size = found[.size] as? Int
      else { return nil }
      return (path, date, size)
    }
    var total = files.reduce(size) { $0 + $1.size }
    for file in files.sorted(by: { $0.date < $1.date }) where total > limit {
      try? Directory.remove(file.path)
      total -= file.size
    }
  }

  /// Goes up whenever the same text would become other ids, or a file is written otherwise.
  private static let version = 1

  private func key(_ examples: [Example], _ encoder: RowEncoder) -> String {
    var all = Array("\(Self.version) \(tokenizer) \(encoder.limits) \(examples.count)".utf8)
    for start in stride(from: 0, to: examples.count, by: 4096) {
      var bytes: [UInt8] = []
      for example in examples[start..<min(start + 4096, examples.count)] {
        bytes.append(integer: example.rows.count)
        for row in example.rows { bytes.append(row) }
      }
      all += sha256(bytes)
    }
    return hexadecimal(sha256(all))
  }
}

extension [UInt8] {
  fileprivate mutating func append(integer value: Int) {
    Swift.withUnsafeBytes(of: Int64(value).littleEndian) { append(contentsOf: $0) }
  }

  /// Every part with its length before it, so that different rows are different bytes.
  fileprivate mutating func append(_ row: SourceRow) {
    switch row {
    case .text(let text, let pair):
      append(integer: pair == nil ? 0 : 1)
      append(text: text)
      if let pair { append(text: pair) }
    case .tokens(let ids, let segments):
      append(integer: 2)
      append(numbers: ids)
      append(numbers: segments)
    case .completion(let prompt, let response):
      append(integer: 3)
      append(text: prompt)
      append(text: response)
    case .labelled(let ids, let labels):
      append(integer: 4)
      append(numbers: ids)
      append(numbers: labels)
    }
  }

  private mutating func append(text: String) {
    append(integer: text.utf8.count)
    append(contentsOf: text.utf8)
  }

  private mutating func append(numbers: [Int32]) {
    append(integer: numbers.count)
    numbers.withUnsafeBytes { append(contentsOf: $0) }
  }
}
