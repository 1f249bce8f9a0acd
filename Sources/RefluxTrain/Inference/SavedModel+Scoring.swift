import RefluxCore

/// How likely a language model finds the labelled tokens of a row.
public struct TextScore: Sendable, Equatable {
  /// The sum of their log-probabilities, in nats.
  public var logLikelihood: Double
  public var tokens: Int
  /// Whether each of them is the likeliest at its place.
  public var isGreedy: Bool
}

extension SavedModel {
  /// The ids that end a text: those that the model names, and the tokenizer's.
  public var endTokens: Set<Int32> { model.card.endTokens(with: tokenizer) }

  /// The score of each row, in order.
  ///
  /// - Throws: What the model throws about a row that it cannot read.
  public func scores(_ rows: [EncodedRow], batchSize: Int) throws -> [TextScore] {
    var scores = [TextScore](repeating: TextScore(logLikelihood: 0, tokens: 0, isGreedy: true), count: rows.count)
    for indices in batchesOfLikeLength(rows.map(\.ids.count), atMost: batchSize) {
      let chosen = indices.map { rows[$0] }
      let block = TokenBlock(
        ids: chosen.flatMap(\.ids), rows: RowOffsets(lengths: chosen.map(\.ids.count)),
        targets: .tokens(chosen.map { $0.targets.map(Int.init) }))
      var pass = ForwardPass(training: false)
      guard let tokens = try model(block, &pass).tokens else {
        throw RecipeError("the model '\(model.card.type)' predicts no tokens")
      }
      let (losses, hits) = (tokens.losses().floats, tokens.hits)
      for (place, index) in indices.enumerated() {
        let positions = tokens.rows[place]
        scores[index] = TextScore(
          // Taken from 0: nothing scored is 0, not -0.
          logLikelihood: 0 - losses[positions].reduce(0) { $0 + Double($1) }, tokens: positions.count,
          isGreedy: hits[positions].allSatisfy { $0 })
      }
    }
    return scores
  }
}
