import RefluxCore

/// Word, position and segment vectors, added up, normalised and dropped out.
struct BertEmbeddings: Module {
  var words: Embedding
  var positions: Embedding
  var segments: Embedding
  var norm: LayerNorm
  let dropout: Float

  init(_ scope: ParameterScope, _ configuration: BertConfiguration) throws {
    let (width, deviation) = (configuration.hiddenSize, configuration.initializerRange)
    words = try Embedding(
      scope["word_embeddings"], ids: configuration.vocabularySize, width: width, padding: configuration.padding,
      deviation: deviation)
    positions = try Embedding(
      scope["position_embeddings"], ids: configuration.maxPositions, width: width, deviation: deviation)
    segments = try Embedding(
      scope["token_type_embeddings"], ids: configuration.segments, width: width, deviation: deviation)
    norm = try LayerNorm(scope["LayerNorm"], width: width, epsilon: configuration.epsilon)
    dropout = configuration.hiddenDropout
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("word_embeddings", &words)
    visitor.visit("position_embeddings", &positions)
    visitor.visit("token_type_embeddings", &segments)
    visitor.visit("LayerNorm", &norm)
  }

  func callAsFunction(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> Tensor {
    let kinds = input.segments.isEmpty ? [Int32](repeating: 0, count: input.ids.count) : input.segments
    let sum = words(input.ids) + segments(kinds) + positions(input.positions)  // [tokens, hidden]
    return norm(sum).dropout(pass.dropout(dropout), counters: rows.counters)
  }
}
