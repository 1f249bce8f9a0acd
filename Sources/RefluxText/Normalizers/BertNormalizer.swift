/// `BertNormalizer`: what BERT does to text before it looks for words.
///
/// ``WordSplitter`` does the same and cuts words at once; this is for tokenizers that mix it with other parts.
struct BertNormalizer: Normalizer {
  var cleansText = true
  var splitsIdeographs = true
  var stripsAccents = true
  var lowercases = true

  func normalized(_ text: [UInt8]) -> [UInt8] {
    var text = text
    if cleansText || splitsIdeographs { text = cleaned(text) }
    if stripsAccents, text.contains(where: { $0 >= 0x80 }) {
      var out: [UInt8] = []
      for scalar in NormalForm.canonicalDecomposition.normalized(
        String(decoding: text, as: UTF8.self).unicodeScalars)
      where ScalarClass(scalar) != .accent {
        out.append(scalar)
      }
      text = out
    }
    return lowercases ? Lowercase().normalized(text) : text
  }

  private func cleaned(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    text.withUnsafeBufferPointer { text in
      UTF8Text.forEach(text) { scalar, _ in
        switch ScalarClass(scalar) {
        case .dropped where cleansText: break
        case .space where cleansText: out.append(0x20)
        case .ideograph where splitsIdeographs:
          out.append(0x20)
          out.append(scalar)
          out.append(0x20)
        default: out.append(scalar)
        }
      }
    }
    return out
  }
}
