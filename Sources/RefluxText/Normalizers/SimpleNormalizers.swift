import Foundation

/// `Lowercase`: every code point on its own, whatever its neighbours are.
struct Lowercase: ScalarNormalizer {
  func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
    if scalar.isASCII {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      out.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
    } else if scalar.properties.changesWhenLowercased {
      out.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
    } else {
      out.append(scalar)
    }
  }
}

/// `StripAccents`: removes every mark, by the tables of Unicode 9, which the reference has.
struct StripAccents: ScalarNormalizer {
  func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
    if !isMark(scalar) { out.append(scalar) }
  }

  private func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1CF2, 0x1CF3: true  // Letters since.
    case 0x111C9: false  // A mark since.
    default:
      CharacterClass.of(scalar).contains(.mark) && scalar.properties.age.map { $0.major <= 9 } ?? false
    }
  }
}

/// `Strip`: removes white space at the ends.
struct StripSpace: Normalizer {
  let left: Bool, right: Bool
  func normalized(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { text in
      let start = left ? UTF8Text.withoutLeadingSpace(text, from: 0) : 0
      let end = right ? UTF8Text.withoutTrailingSpace(text, upTo: text.count) : text.count
      return start < end ? Array(text[start..<end]) : []
    }
  }
}

/// `Prepend`: puts something before a text that is not empty.
struct Prepend: Normalizer {
  let prefix: [UInt8]
  func normalized(_ text: [UInt8]) -> [UInt8] { text.isEmpty ? text : prefix + text }
}

/// `Replace`: puts a text in the place of every match of a pattern.
struct Replace: Normalizer {
  let pattern: any TextPattern, content: [UInt8]

  func normalized(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { text in
      var (out, end) = ([UInt8](), 0)
      forEachMatch(of: pattern, in: text) { match in
        out.append(contentsOf: text[end..<match.lowerBound])
        out.append(contentsOf: content)
        end = match.upperBound
      }
      out.append(contentsOf: text[end...])
      return out
    }
  }
}

/// `Nmt`: removes control characters and makes spaces of what looks like one.
struct MachineTranslationNormalizer: ScalarNormalizer {
  func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: out.append(0x20)
    default: out.append(scalar)
    }
  }
}

/// `ByteLevel`: spells every byte in ``ByteAlphabet``.
struct ByteLevelNormalizer: Normalizer {
  func normalized(_ text: [UInt8]) -> [UInt8] { ByteAlphabet.spelled(text) }
}
