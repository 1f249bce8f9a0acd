import Foundation
import RefluxIO

/// Makes normalizers of what `tokenizer.json` says.
enum NormalizerReader {
  static func read(_ fields: JSONFields) throws -> any Normalizer {
    try fields.component([
      "Sequence": { NormalizerSequence(normalizers: try $0.required("normalizers", $0.list).map(read)) },
      "BertNormalizer": bert,
      "NFC": { _ in NormalForm.canonicalComposition },
      "NFD": { _ in NormalForm.canonicalDecomposition },
      "NFKC": { _ in NormalForm.compatibilityComposition },
      "NFKD": { _ in NormalForm.compatibilityDecomposition },
      "Lowercase": { _ in Lowercase() },
      "Strip": { StripSpace(left: try $0.bool("strip_left") ?? true, right: try $0.bool("strip_right") ?? true) },
      "StripAccents": { _ in StripAccents() },
      "Replace": replace,
      "Prepend": { Prepend(prefix: Array(try $0.required("prepend", $0.string).utf8)) },
      "Precompiled": precompiled,
      "Nmt": { _ in MachineTranslationNormalizer() },
      "ByteLevel": { _ in ByteLevelNormalizer() },
    ])
  }

  static func bert(_ fields: JSONFields) throws -> BertNormalizer {
    let lowercases = try fields.bool("lowercase") ?? true
    return BertNormalizer(
      cleansText: try fields.bool("clean_text") ?? true,
      splitsIdeographs: try fields.bool("handle_chinese_chars") ?? true,
      stripsAccents: try fields.bool("strip_accents") ?? lowercases, lowercases: lowercases)
  }

  static func replace(_ fields: JSONFields) throws -> Replace {
    Replace(
      pattern: try fields.pattern("pattern"), content: Array(try fields.required("content", fields.string).utf8))
  }

  private static func precompiled(_ fields: JSONFields) throws -> any Normalizer {
    let text = try fields.required("precompiled_charsmap", fields.string)
    guard let data = Data(base64Encoded: text), let map = PrecompiledMap(Array(data)) else {
      throw fields.error("precompiled_charsmap", "is not a character map in Base64")
    }
    return map
  }
}
