import RefluxCore
import RefluxIO

/// Where special tokens stand around one text and between two: `post_processor` in `tokenizer.json`.
struct RowTemplate: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case first(segment: Int32)
    case second(segment: Int32)
    case token(Int32, segment: Int32)
  }

  var single: [Part]
  var pair: [Part]
  /// Whether tokens are taken from the beginning of a text that is too long (`truncation_side`), and not from its end.
  var truncatesLeft = false

  /// Nothing is added; the second text is segment 1.
  static let plain = RowTemplate(
    single: [.first(segment: 0)], pair: [.first(segment: 0), .second(segment: 1)])

  /// `[CLS] A [SEP] B [SEP]`.
  static func bert(classifier: Int32, separator: Int32) -> RowTemplate {
    let single: [Part] = [.token(classifier, segment: 0), .first(segment: 0), .token(separator, segment: 0)]
    return RowTemplate(single: single, pair: single + [.second(segment: 1), .token(separator, segment: 1)])
  }

  /// `<s> A </s></s> B </s>`, all of it segment 0.
  static func roberta(classifier: Int32, separator: Int32) -> RowTemplate {
    let end = Part.token(separator, segment: 0)
    let single = [.token(classifier, segment: 0), .first(segment: 0), end]
    return RowTemplate(single: single, pair: single + [end, .second(segment: 0), end])
  }

  /// `<s> A` and `<s> A <s> B`, the second text segment 1; either end is optional.
  static func decoder(begin: Int32?, end: Int32?) -> RowTemplate {
    func row(_ text: Part, _ segment: Int32) -> [Part] {
      (begin.map { [.token($0, segment: segment)] } ?? []) + [text] + (end.map { [.token($0, segment: segment)] } ?? [])
    }
    let single = row(.first(segment: 0), 0)
    return RowTemplate(single: single, pair: single + row(.second(segment: 1), 1))
  }

  /// Whether a model is told which of two texts a token belongs to.
  ///
  /// The templates of decoders number texts as well, but begin each of them anew, and their models take no segments.
  var hasSegments: Bool {
    guard case .token(let classifier, _)? = pair.first else { return false }
    let beginsOnce = pair.dropFirst().allSatisfy { if case .token(classifier, _) = $0 { false } else { true } }
    return beginsOnce
      && pair.contains { part in
        switch part {
        case .first(let segment), .second(let segment), .token(_, let segment): segment != 0
        }
      }
  }

  /// What `model_input_names` in `tokenizer_config.json` must say where there are segments: some of transformers'
  /// classes leave them out otherwise.
  static let inputNames: JSON = ["input_ids", "token_type_ids", "attention_mask"]

  /// The special tokens that occur in it.
  var tokens: [Int32] {
    (single + pair).compactMap { if case .token(let id, _) = $0 { id } else { nil } }
  }

  func specialTokenCount(pair isPair: Bool) -> Int {
    (isPair ? pair : single).count { if case .token = $0 { true } else { false } }
  }

  /// A row of one text or two, cut to `maxLength` by taking tokens from the longer text.
  func row(_ first: [Int32], _ second: [Int32]?, maxLength: Int?) -> EncodedRow {
    let parts = second == nil ? single : pair
    let limit = maxLength.map { max(0, $0 - specialTokenCount(pair: second != nil)) } ?? .max
    let kept =
      second.map { keptLengths(first.count, $0.count, limit: limit) } ?? (first: min(first.count, limit), second: 0)
    func cut(_ text: [Int32], _ count: Int) -> ArraySlice<Int32> {
      truncatesLeft ? text.suffix(count) : text.prefix(count)
    }
    var (ids, segments) = ([Int32](), [Int32]())
    ids.reserveCapacity(kept.first + kept.second + parts.count)
    segments.reserveCapacity(kept.first + kept.second + parts.count)
    for part in parts {
      switch part {
      case .first(let segment):
        ids.append(contentsOf: cut(first, kept.first))
        segments.append(contentsOf: repeatElement(segment, count: kept.first))
      case .second(let segment):
        ids.append(contentsOf: cut(second ?? [], kept.second))
        segments.append(contentsOf: repeatElement(segment, count: kept.second))
      case .token(let id, let segment):
        ids.append(id)
        segments.append(segment)
      }
    }
    let wasTruncated = kept.first < first.count || kept.second < second?.count ?? 0
    return EncodedRow(ids: ids, segments: segments, wasTruncated: wasTruncated)
  }
}
