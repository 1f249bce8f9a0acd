/// What becomes of the places where text is cut.
enum SplitBehavior: String, Sendable, CaseIterable {
  case removed = "Removed", isolated = "Isolated", contiguous = "Contiguous"
  case mergedWithPrevious = "MergedWithPrevious", mergedWithNext = "MergedWithNext"
}

/// Cuts text wherever a pattern matches.
struct PatternSplit: PreTokenizer {
  let pattern: any TextPattern
  let behavior: SplitBehavior
  /// Whether what does not match is what the behavior is about.
  var isInverted = false

  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    if behavior == .isolated || behavior == .removed { return cut(piece, emit) }
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    forEachPart(piece.bytes) { parts.append(($0, $1)) }
    for range in joined(parts) { emit(piece.part(range)) }
  }

  private func cut(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    forEachPart(piece.bytes) { range, isMatch in
      if behavior == .isolated || !isMatch { emit(piece.part(range)) }
    }
  }

  /// Matches and what is between them, in order.
  private func forEachPart(_ text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
    var end = 0
    forEachMatch(of: pattern, in: text) { match in
      if end < match.lowerBound { body(end..<match.lowerBound, isInverted) }
      body(match, !isInverted)
      end = match.upperBound
    }
    if end < text.count { body(end..<text.count, isInverted) }
  }

  private func joined(_ parts: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    switch behavior {
    case .contiguous:
      var last: Bool?
      for part in parts {
        if part.isMatch == last, let end = result.popLast() {
          result.append(end.lowerBound..<part.range.upperBound)
        } else {
          result.append(part.range)
        }
        last = part.isMatch
      }
    case .mergedWithPrevious:
      var followsMatch = false
      for part in parts {
        if part.isMatch, !followsMatch, let before = result.popLast() {
          result.append(before.lowerBound..<part.range.upperBound)
        } else {
          result.append(part.range)
        }
        followsMatch = part.isMatch
      }
    default:
      var precedesMatch = false
      for part in parts.reversed() {
        if part.isMatch, !precedesMatch, let after = result.popLast() {
          result.append(part.range.lowerBound..<after.upperBound)
        } else {
          result.append(part.range)
        }
        precedesMatch = part.isMatch
      }
      result.reverse()
    }
    return result
  }
}
