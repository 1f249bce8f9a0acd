/// Turns text into the ids a model knows.
public protocol Tokenizer: Sendable {
  /// Ids with the model's special tokens around and between. Cut to `maxLength` by taking tokens from the longer text.
  func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow
  /// Text again; special tokens left out.
  func decode(_ ids: [Int32]) -> String
  var vocabularySize: Int { get }
  /// The longest row its files allow, special tokens included (`model_max_length`); `nil` when they name no limit.
  var modelMaxLength: Int? { get }
  /// How many tokens ``encode(_:pair:maxLength:)`` adds to a text, or to a pair of texts.
  func specialTokenCount(pair: Bool) -> Int
  /// Writes the files that Hugging Face loads it from.
  func save(to directory: String) throws
}

public struct EncodedRow: Sendable, Equatable {
  public var ids: [Int32]
  public var segments: [Int32]
  public var wasTruncated: Bool
  public init(ids: [Int32], segments: [Int32], wasTruncated: Bool = false) {
    (self.ids, self.segments, self.wasTruncated) = (ids, segments, wasTruncated)
  }
}
