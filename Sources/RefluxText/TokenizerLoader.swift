import Foundation
import RefluxCore
import RefluxIO

/// Picks the tokenizer that a model directory was made with.
public struct TokenizerLoader: Sendable {
  /// A kind of tokenizer and how its directories are recognised.
  public struct Kind: Sendable {
    /// Names that `tokenizer_class` may have, without `Fast`.
    public var classes: Set<String>
    /// Names that `model_type` may have.
    public var modelTypes: Set<String>
    /// Files it can be loaded from; one of them is enough.
    public var files: [String]
    public var load: @Sendable (_ directory: String) throws -> any Tokenizer

    public init(
      classes: Set<String>, modelTypes: Set<String>, files: [String],
      load: @escaping @Sendable (_ directory: String) throws -> any Tokenizer
    ) {
      (self.classes, self.modelTypes, self.files, self.load) = (classes, modelTypes, files, load)
    }
  }

  public var kinds: [Kind]
  public init(_ kinds: [Kind] = [.wordPiece]) { self.kinds = kinds }

  /// Loads a directory's tokenizer.
  ///
  /// The kind is the one `tokenizer_config.json` names, or else the one that goes with the model type in `config.json`,
  /// or else the one whose file is there.
  /// - Throws: ``FileError`` saying which file is missing, unknown or broken.
  public func load(_ directory: String) throws -> any Tokenizer {
    guard let present = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw FileError(directory, "there is no such directory to load a tokenizer from")
    }
    let kind = try kind(of: directory, Set(present))
    guard kind.files.contains(where: present.contains) else {
      throw FileError(
        directory,
        "has no tokenizer: wants \(kind.files.joined(separator: " or ")), has "
          + (present.isEmpty ? "no files" : present.sorted().joined(separator: ", ")))
    }
    return try kind.load(directory)
  }

  private func kind(of directory: String, _ present: Set<String>) throws -> Kind {
    func field(_ key: String, in name: String) throws -> String? {
      guard present.contains(name) else { return nil }
      return try JSONFields(contentsOf: "\(directory)/\(name)").string(key)
    }
    if let name = try field("tokenizer_class", in: "tokenizer_config.json"), name != "PreTrainedTokenizerFast" {
      let plain = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
      if let kind = kinds.first(where: { $0.classes.contains(plain) }) { return kind }
      throw FileError(
        "\(directory)/tokenizer_config.json",
        "no tokenizer is called '\(name)'; there are: \(kinds.flatMap(\.classes).sorted().joined(separator: ", "))")
    }
    if let type = try field("model_type", in: "config.json") {
      if let kind = kinds.first(where: { $0.modelTypes.contains(type) }) { return kind }
      throw FileError(
        "\(directory)/config.json",
        "no tokenizer goes with the model type '\(type)'; there are some for: "
          + kinds.flatMap(\.modelTypes).sorted().joined(separator: ", "))
    }
    guard let kind = kinds.first(where: { $0.files.contains(where: present.contains) }) else {
      throw FileError(
        directory,
        "has no tokenizer: wants \(kinds.flatMap(\.files).joined(separator: " or ")), has "
          + (present.isEmpty ? "no files" : present.sorted().joined(separator: ", ")))
    }
    return kind
  }
}

extension TokenizerLoader.Kind {
  /// BERT and the models that kept its tokenizer.
  public static let wordPiece = Self(
    classes: ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"],
    modelTypes: ["bert", "distilbert", "electra", "mobilebert"], files: ["vocab.txt", "tokenizer.json"]
  ) { try WordPieceTokenizer(directory: $0) }
}
