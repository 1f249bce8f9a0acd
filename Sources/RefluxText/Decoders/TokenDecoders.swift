import Foundation

/// Without a decoder: tokens with spaces between them.
struct SpacedDecoder: TokenDecoder {
  func decoded(_ tokens: [String]) -> [String] { [tokens.joined(separator: " ")] }
}

/// `ByteLevel`: the bytes that tokens spell; what is not UTF-8 becomes U+FFFD.
struct ByteLevelDecoder: TokenDecoder {
  func decoded(_ tokens: [String]) -> [String] {
    [String(decoding: tokens.flatMap { ByteAlphabet.bytes($0) ?? Array($0.utf8) }, as: UTF8.self)]
  }
}

/// `ByteFallback`: runs of `<0x41>` become the text that their bytes are; where it is none, U+FFFD for each byte.
struct ByteFallbackDecoder: TokenDecoder {
  func decoded(_ tokens: [String]) -> [String] {
    var (result, bytes) = ([String](), [UInt8]())
    func flush() {
      if !bytes.isEmpty {
        result += String(validating: bytes, as: UTF8.self).map { [$0] } ?? bytes.map { _ in "\u{FFFD}" }
      }
      bytes.removeAll()
    }
    for token in tokens {
      if let byte = ByteAlphabet.fallbackByte(token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }
}

/// `Fuse`: puts everything together.
struct FuseDecoder: TokenDecoder {
  func decoded(_ tokens: [String]) -> [String] { [tokens.joined()] }
}

/// `Strip`: removes up to so many of one character at the ends of each token.
struct StripDecoder: TokenDecoder {
  let content: Unicode.Scalar
  let start: Int, stop: Int

  func decoded(_ tokens: [String]) -> [String] {
    tokens.map { token in
      let scalars = token.unicodeScalars
      let leading = scalars.prefix(start).prefix { $0 == content }.count
      let trailing = scalars.dropFirst(leading).suffix(stop).reversed().prefix { $0 == content }.count
      return String(scalars.dropFirst(leading).dropLast(trailing))
    }
  }
}

/// `Replace`: puts a text in the place of every match, token by token.
struct ReplaceDecoder: TokenDecoder {
  let replace: Replace
  func decoded(_ tokens: [String]) -> [String] {
    tokens.map { String(decoding: replace.normalized(Array($0.utf8)), as: UTF8.self) }
  }
}

/// `Metaspace`: marks become spaces; the one that was put before the text goes.
struct MetaspaceDecoder: TokenDecoder {
  let mark: Unicode.Scalar
  let removesFirst: Bool

  func decoded(_ tokens: [String]) -> [String] {
    tokens.enumerated().map { index, token in
      var result = String.UnicodeScalarView()
      for scalar in token.unicodeScalars {
        if scalar != mark { result.append(scalar) } else if index > 0 || !removesFirst { result.append(" ") }
      }
      return String(result)
    }
  }
}

/// `BPEDecoder`: the mark of a word's end becomes a space.
struct WordEndDecoder: TokenDecoder {
  let suffix: String
  func decoded(_ tokens: [String]) -> [String] {
    tokens.enumerated().map { index, token in
      token.replacingOccurrences(of: suffix, with: index == tokens.count - 1 ? "" : " ", options: .literal)
    }
  }
}

/// `WordPiece`: spaces before all tokens but those that go on inside a word.
struct WordPieceDecoder: TokenDecoder {
  let prefix: String
  let cleansUp: Bool

  func decoded(_ tokens: [String]) -> [String] {
    tokens.enumerated().map { index, token in
      var token = token
      if index > 0 {
        token =
          token.utf8.starts(with: prefix.utf8)
          ? String(token.unicodeScalars.dropFirst(prefix.unicodeScalars.count)) : " " + token
      }
      return cleansUp ? Self.cleaned(token, contracting: " do not") : token
    }
  }

  /// Removes the spaces before punctuation and contractions (`clean_up_tokenization_spaces`).
  ///
  /// What `contracting` names becomes ` don't`, which only the decoder of tokens does.
  static func cleaned(_ text: String, contracting: String? = nil) -> String {
    guard text.utf8.contains(0x20) else { return text }
    let rules = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
      (contracting ?? "", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
    return rules.reduce(text) { text, rule in
      rule.0.isEmpty ? text : text.replacingOccurrences(of: rule.0, with: rule.1, options: .literal)
    }
  }
}
