/// Changes text before it is cut into words: `normalizer` in `tokenizer.json`.
protocol Normalizer: Sendable {
  /// Takes and gives UTF-8.
  func normalized(_ text: [UInt8]) -> [UInt8]
}

/// One after the other.
struct NormalizerSequence: Normalizer {
  let normalizers: [any Normalizer]
  func normalized(_ text: [UInt8]) -> [UInt8] { normalizers.reduce(text) { $1.normalized($0) } }
}

/// Changes one code point at a time.
protocol ScalarNormalizer: Normalizer {
  func append(_ scalar: Unicode.Scalar, to out: inout [UInt8])
}

extension ScalarNormalizer {
  func normalized(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    text.withUnsafeBufferPointer { UTF8Text.forEach($0) { scalar, _ in append(scalar, to: &out) } }
    return out
  }
}

extension [UInt8] {
  mutating func append(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
    }
  }
}
