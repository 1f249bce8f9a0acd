import RefluxCore

/// Word, position and segment vectors, added up, normalised and dropped out.
struct TokenEmbeddings: Module {
  var words: Embedding
  var positions: Embedding
  var segments: Embedding
  var norm: LayerNorm
  let dropout: Float
  /// The id from whose row positions are counted, and which has that row itself (RoBERTa); `nil`: they begin at row 0.
  private let padding: Int32?

  /// `width` is that of the vectors; the hidden size if not given.
  init(_ scope: ParameterScope, _ configuration: EncoderConfiguration, width: Int? = nil) throws {
    let (width, deviation) = (width ?? configuration.hiddenSize, configuration.initializerRange)
    let counted = configuration.family.countsPositionsFromPadding ? configuration.padding : nil
    words = try Embedding(
      scope["word_embeddings"], ids: configuration.vocabularySize, width: width, padding: configuration.padding,
      deviation: deviation)
    positions = try Embedding(
      scope["position_embeddings"], ids: configuration.maxPositions, width: width, padding: counted,
      deviation: deviation)
    segments = try Embedding(
      scope["token_type_embeddings"], ids: configuration.segments, width: width, deviation: deviation)
    norm = try LayerNorm(scope["LayerNorm"], width: width, epsilon: configuration.epsilon)
    dropout = configuration.hiddenDropout
    padding = counted.map { Int32($0) }
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("word_embeddings", &words)
    visitor.visit("position_embeddings", &positions)
    visitor.visit("token_type_embeddings", &segments)
    visitor.visit("LayerNorm", &norm)
  }

  func callAsFunction(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> Tensor {
    let kinds = input.segments.isEmpty ? [Int32](repeating: 0, count: input.ids.count) : input.segments
    let places = padding.map(input.positions(countedFrom:)) ?? input.positions
    let sum = words(input.ids) + segments(kinds) + positions(places)  // [tokens, width]
    return norm(sum).dropout(pass.dropout(dropout), counters: rows.counters)
  }
}

extension TokenBlock {
  /// Each token's position as fairseq counts it: a row's tokens from `padding + 1` on; padding tokens are not counted.
  fileprivate func positions(countedFrom padding: Int32) -> [Int32] {  // [tokens]
    (0..<rowCount).flatMap { row in
      var last = padding
      return ids[rows[row]].map { id in
        guard id != padding else { return padding }
        last += 1
        return last
      }
    }
  }
}
