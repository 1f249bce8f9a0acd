#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Picks a token from logits, as transformers' `generate` does: penalty, temperature, top-k, top-p, then a draw.
struct TokenChoice {
  private let options: GenerationOptions
  init(_ options: GenerationOptions) { self.options = options }

  /// The id of the next token.
  ///
  /// `earlier` are those of the row so far, prompt included; a draw takes one number.
  func choose(_ logits: ArraySlice<Float>, earlier: [Int32], _ random: inout RandomSource) -> Int32 {
    var logits = options.repetitionPenalty == 1 ? logits : penalized(logits, earlier)
    guard options.temperature > 0 else { return Int32(Self.largest(logits)) }
    let u = Double(random.next() >> 11) * 0x1p-53
    for index in logits.indices { logits[index] /= options.temperature }
    return Int32(drawn(logits, at: u))
  }

  /// Counted from the slice's first entry; the first of equal ones.
  private static func largest(_ logits: ArraySlice<Float>) -> Int {
    logits.withUnsafeBufferPointer { values in
      var best = 0
      for index in values.indices where values[index] > values[best] { best = index }
      return best
    }
  }

  private func penalized(_ logits: ArraySlice<Float>, _ earlier: [Int32]) -> ArraySlice<Float> {
    var logits = logits
    for id in Set(earlier) {
      let place = logits.startIndex + Int(id)
      let value = logits[place]
      logits[place] = value < 0 ? value * options.repetitionPenalty : value / options.repetitionPenalty
    }
    return logits
  }

  /// The candidate at the share `u` of the probability that is left, the likeliest first.
  private func drawn(_ logits: ArraySlice<Float>, at u: Double) -> Int {
    let peak = Double(logits.max() ?? 0)
    let isCut = options.topK > 0 || options.topP < 1
    var candidates = logits.enumerated().map { (id: $0.offset, power: exp(Double($0.element) - peak)) }
    if isCut {
      // Equal ones stay in the order of their ids, so that a draw is the same on every machine.
      candidates.sort { ($1.power, $0.id) < ($0.power, $1.id) }
      if options.topK > 0 { candidates.removeLast(max(0, candidates.count - options.topK)) }
      let limit = Double(options.topP) * candidates.reduce(0) { $0 + $1.power }
      var (sum, count) = (0.0, 0)
      while count < candidates.count, count == 0 || sum < limit {
        sum += candidates[count].power
        count += 1
      }
      candidates.removeLast(candidates.count - count)
    }
    let target = u * candidates.reduce(0) { $0 + $1.power }
    var sum = 0.0
    for candidate in candidates {
      sum += candidate.power
      if sum > target { return candidate.id }
    }
    return candidates.last { $0.power > 0 }?.id ?? 0
  }
}
