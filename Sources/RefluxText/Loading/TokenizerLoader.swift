import Foundation
import RefluxCore
import RefluxIO

/// Picks the tokenizer that a model directory was made with.
public struct TokenizerLoader: Sendable {
  private let kinds = TokenizerKind.all
  public init() {}

  /// Loads a directory's tokenizer.
  ///
  /// The kind is the one `tokenizer_config.json` names, or else the one that goes with the model type in `config.json`,
  /// or else the one whose files are there. `tokenizer.json` steps in where the kind is unknown or its files are missing,
  /// and where there is no `tokenizer_config.json` to say what a vocabulary alone does not.
  /// - Throws: ``FileError`` saying which file is missing, unknown or broken.
  public func load(_ path: String) throws -> any Tokenizer {
    let directory = try TokenizerDirectory(path)
    let hasTokenizerFile = directory.has(ModelFile.tokenizer)
    if hasTokenizerFile, !directory.has(ModelFile.tokenizerConfiguration) || isGeneric(directory.tokenizerClass) {
      return try TokenizerKind.tokenizerFile.load(directory)
    }
    let candidates = try candidates(directory)
    for kind in candidates where kind.files.allSatisfy(directory.has) {
      if try kind.accepts(directory) { return try kind.load(directory) }
    }
    if hasTokenizerFile { return try TokenizerKind.tokenizerFile.load(directory) }
    let wanted = (candidates.map { $0.files.joined(separator: " and ") } + [ModelFile.tokenizer]).unique()
    throw FileError(
      path,
      "has no tokenizer: wants \(wanted.joined(separator: " or ")), has "
        + (directory.files.isEmpty ? "no files" : directory.files.sorted().joined(separator: ", ")))
  }

  /// Loads a directory's tokenizer if there is any file of one; data that is tokenized already needs none.
  ///
  /// - Throws: ``FileError`` like ``load(_:)``.
  public func loadIfPresent(_ path: String) throws -> (any Tokenizer)? {
    let files = kinds.flatMap(\.files) + [ModelFile.tokenizer, ModelFile.tokenizerConfiguration]
    return files.contains { Directory.isTaken("\(path)/\($0)") } ? try load(path) : nil
  }

  /// Whether a directory has all files of a tokenizer, and not only links to files that are gone.
  public func finds(in path: String) -> Bool {
    (kinds + [TokenizerKind.tokenizerFile]).contains { kind in
      kind.files.allSatisfy { FileManager.default.fileExists(atPath: "\(path)/\($0)") }
    }
  }

  /// Tells directories apart whose tokenizers may give other ids: a hash of every file that one may be loaded from.
  ///
  /// - Throws: ``FileError`` if a file cannot be read.
  public func fingerprint(of path: String) throws -> String {
    let small = [
      ModelFile.configuration, ModelFile.tokenizerConfiguration, ModelFile.specialTokens, ModelFile.addedTokens,
    ]
    var bytes: [UInt8] = []
    for name in Set(kinds.flatMap(\.files) + [ModelFile.tokenizer] + small).sorted() {
      guard Directory.isTaken("\(path)/\(name)") else { continue }
      bytes += name.utf8
      bytes += try MappedFile("\(path)/\(name)").withBytes { sha256($0) }
    }
    return hexadecimal(sha256(bytes))
  }

  /// The same for a vocabulary of words.
  public static func fingerprint(words: [String]) -> String {
    hexadecimal(sha256(Array(words.map { "\($0.utf8.count) \($0)" }.joined(separator: " ").utf8)))
  }

  private func isGeneric(_ name: String?) -> Bool {
    name.map(TokenizerKind.tokenizerFile.classes.contains) ?? false
  }

  /// The kinds that a directory's name for its tokenizer or its model allows.
  private func candidates(_ directory: TokenizerDirectory) throws -> [TokenizerKind] {
    if let name = directory.tokenizerClass, !isGeneric(name) {
      let named = kinds.filter { $0.classes.contains(name) }
      guard named.isEmpty, !directory.has(ModelFile.tokenizer) else { return named }
      throw FileError(
        directory.configuration.path,
        "no tokenizer is called '\(name)'; there are: "
          + Set(kinds.flatMap(\.classes)).sorted().joined(separator: ", "))
    }
    if let type = directory.modelType {
      let named = kinds.filter { $0.modelTypes.contains(type) }
      guard named.isEmpty, !directory.has(ModelFile.tokenizer) else { return named }
      throw FileError(
        directory.file(ModelFile.configuration),
        "no tokenizer goes with the model type '\(type)'; there are some for: "
          + Set(kinds.flatMap(\.modelTypes)).sorted().joined(separator: ", "))
    }
    return kinds
  }
}

extension [String] {
  fileprivate func unique() -> [String] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
