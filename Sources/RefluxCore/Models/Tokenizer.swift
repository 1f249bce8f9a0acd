/// Turns text into the ids a model knows.
public protocol Tokenizer: Sendable {
  /// Ids with the model's special tokens around and between. Cut to `maxLength` by taking tokens from the longer text.
  func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow
  /// Text again; special tokens left out.
  func decode(_ ids: [Int32]) -> String
  var vocabularySize: Int { get }
  /// The token that an id stands for, as the files spell it; `nil` where there is none.
  func token(_ id: Int32) -> String?
  /// The longest row its files allow, special tokens included (`model_max_length`); `nil` when they name no limit.
  var modelMaxLength: Int? { get }
  /// The token that ends a text (`eos_token`); `nil` where there is none.
  var endToken: Int32? { get }
  /// The ids of text that goes on after other text: no special tokens, and nothing put in front.
  func encode(continuing text: String) -> [Int32]
  /// How many tokens ``encode(_:pair:maxLength:)`` adds to a text, or to a pair of texts.
  func specialTokenCount(pair: Bool) -> Int
  /// Writes the files that Hugging Face loads it from.
  func save(to directory: String) throws
}

public struct EncodedRow: Sendable, Equatable {
  public var ids: [Int32]
  public var segments: [Int32]
  public var wasTruncated: Bool
  /// What each position must predict, negative where nothing is learned; empty for a row without an answer.
  public var targets: [Int32]
  public init(ids: [Int32], segments: [Int32], wasTruncated: Bool = false, targets: [Int32] = []) {
    (self.ids, self.segments, self.wasTruncated, self.targets) = (ids, segments, wasTruncated, targets)
  }
}

extension Tokenizer {
  public var endToken: Int32? { nil }

  /// By default what ``encode(_:pair:maxLength:)`` gives without the marks that it puts around an empty text.
  public func encode(continuing text: String) -> [Int32] {
    let (marks, ids) = (encode("", pair: nil, maxLength: nil).ids, encode(text, pair: nil, maxLength: nil).ids)
    let before = zip(marks, ids).prefix { $0 == $1 }.count
    return Array(ids[before..<max(before, ids.count - (marks.count - before))])
  }

  /// The ids of a text that a language model is to go on with: the marks in front of it, but none at its end.
  public func encode(prompt: String) -> [Int32] {
    var ids = encode(prompt, pair: nil, maxLength: nil).ids
    if let endToken, ids.count > 1, ids.last == endToken { ids.removeLast() }
    return ids
  }

  /// The text that ids add to the text of the ids in front of them.
  ///
  /// Unlike that of ``decode(_:)`` it has the space that it begins with: what several tokenizers leave out at a text's
  /// beginning.
  public func decode(_ ids: [Int32], after earlier: [Int32]) -> String {
    // Where a text began does not matter to what comes much later.
    let context = Array(earlier.suffix(16))
    let (before, whole) = (decode(context), decode(context + ids))
    guard whole.utf8.starts(with: before.utf8) else { return decode(ids) }
    return String(decoding: whole.utf8.dropFirst(before.utf8.count), as: UTF8.self)
  }
}
