extension TokenBlock {
  /// Throws if a model with these limits cannot read the block: which row and token is wrong, and what would fit.
  ///
  /// A model with no kinds of segments takes no notice of them.
  public func check(vocabulary: Int, segments kinds: Int, maxPositions: Int, outputs: Int) throws {
    guard choices == 1 || outputs == 1 else {
      throw RecipeError("choosing between \(choices) rows needs a model with 1 output, and this one has \(outputs)")
    }
    guard segments.isEmpty || segments.count == ids.count else {
      throw RecipeError("the batch has \(ids.count) tokens and \(segments.count) segment ids")
    }
    for row in 0..<rowCount {
      let tokens = rows[row]
      guard !tokens.isEmpty else { throw RecipeError("row \(row) of the batch has no tokens") }
      guard tokens.count <= maxPositions else {
        throw RecipeError(
          "row \(row) of the batch has \(tokens.count) tokens, and the model reads at most \(maxPositions)")
      }
      for token in tokens {
        let place = "row \(row) of the batch has at position \(token - tokens.lowerBound)"
        guard (0..<vocabulary).contains(Int(ids[token])) else {
          throw RecipeError("\(place) the token id \(ids[token]), and the vocabulary ends at \(vocabulary - 1)")
        }
        guard segments.isEmpty || kinds == 0 || (0..<kinds).contains(Int(segments[token])) else {
          throw RecipeError("\(place) the segment id \(segments[token]), and the model's segments end at \(kinds - 1)")
        }
      }
    }
  }
}
