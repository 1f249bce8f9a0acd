import RefluxCore

/// Word, position and segment vectors, added up, normalised and dropped out.
struct TokenEmbeddings: Module {
  var words: Embedding
  /// Absent if attention alone knows of positions.
  var positions: Embedding?
  /// Absent if the model takes no notice of segments.
  var segments: Embedding?
  /// Makes the sum as wide as the hidden states (DeBERTa); absent: it is normalised as it is.
  var projection: Linear?
  var norm: LayerNorm
  let dropout: Float
  /// The id from whose row positions are counted, and which has that row itself (RoBERTa); `nil`: they begin at row 0.
  private let padding: Int32?

  /// `width` is that of the vectors, the hidden size if not given; `isProjected` says whether vectors of another width
  /// are made as wide as the hidden states.
  init(
    _ scope: ParameterScope, _ configuration: EncoderConfiguration, width: Int? = nil, hasPositions: Bool = true,
    isProjected: Bool = false
  ) throws {
    let (hidden, deviation) = (configuration.hiddenSize, configuration.initializerRange)
    let width = width ?? hidden
    let counted = configuration.family.countsPositionsFromPadding ? configuration.padding : nil
    words = try Embedding(
      scope["word_embeddings"], ids: configuration.vocabularySize, width: width, padding: configuration.padding,
      deviation: deviation)
    if hasPositions {
      positions = try Embedding(
        scope["position_embeddings"], ids: configuration.maxPositions, width: width, padding: counted,
        deviation: deviation)
    }
    if configuration.segments > 0 {
      segments = try Embedding(
        scope["token_type_embeddings"], ids: configuration.segments, width: width, deviation: deviation)
    }
    if isProjected, width != hidden {
      projection = try Linear(
        scope["embed_proj"], inputs: width, outputs: hidden, hasBias: false, deviation: deviation)
    }
    norm = try LayerNorm(
      scope["LayerNorm"], width: projection == nil ? width : hidden, epsilon: configuration.epsilon)
    dropout = configuration.hiddenDropout
    padding = counted.map { Int32($0) }
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("word_embeddings", &words)
    visitor.visit("position_embeddings", &positions)
    visitor.visit("token_type_embeddings", &segments)
    visitor.visit("embed_proj", &projection)
    visitor.visit("LayerNorm", &norm)
  }

  /// `[tokens, width]`, or `[tokens, hidden]` if projected.
  func callAsFunction(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> Tensor {
    var sum = words(input.ids)  // [tokens, width]
    if let segments {
      sum += segments(input.segments.isEmpty ? [Int32](repeating: 0, count: input.ids.count) : input.segments)
    }
    if let positions { sum += positions(padding.map(input.positions(countedFrom:)) ?? input.positions) }
    if let projection { sum = projection(sum) }
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
