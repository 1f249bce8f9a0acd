import RefluxCore
import RefluxIO

/// The second and third DeBERTa (He et al., 2021 and 2023), whose attention puts relative positions into buckets.
///
/// The two differ in nothing but pre-training and config.json. Parameters carry the names of transformers'
/// `DebertaV2ForSequenceClassification`.
struct DebertaV2: Encoder {
  static let name = "deberta-v2"
  static let summary = "DeBERTa-v2 or v3 encoder with a classification or regression head (He et al., 2021, 2023)."
  static let family = EncoderFamily(
    type: "deberta-v2", className: "DebertaV2", prefix: "deberta", pooler: "pooler",
    keys: EncoderKeys(headDropout: "cls_dropout"),
    statesPositionType: false, segments: 0, epsilon: 1e-7)
  /// What a fresh model has beside its sizes, as config.json says it.
  private static let fresh: JSON = [
    "relative_attention": true, "pos_att_type": ["p2c", "c2p"], "max_relative_positions": -1, "position_buckets": 256,
    "norm_rel_ebd": "layer_norm", "share_att_key": true, "position_biased_input": false, "pooler_dropout": 0,
    "pooler_hidden_act": "gelu",
  ]

  let frame: EncoderFrame
  private var body: DebertaBody<SeparateProjections>

  init(_ options: EncoderOptions, _ context: inout BuildContext) throws {
    (body, frame) = try DebertaBody.load(Self.family, fresh: Self.fresh, options, context, SeparateProjections.init)
  }

  mutating func visit(_ visitor: inout ParameterVisitor) { body.visit(&visitor) }

  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    body(input, rows, &pass)
  }
}

/// DeBERTa-v2 and v3: a map for each, and for positions either the same ones or two of their own.
struct SeparateProjections: DisentangledProjections {
  var query: Linear, key: Linear, value: Linear
  var positionKey: Linear?
  var positionQuery: Linear?
  /// Which terms there are.
  let terms: Set<DebertaConfiguration.Term>

  init(_ scope: ParameterScope, _ common: EncoderConfiguration, _ deberta: DebertaConfiguration) throws {
    func linear(_ name: String) throws -> Linear {
      try Linear(
        scope[name], inputs: common.hiddenSize, outputs: common.hiddenSize, deviation: common.initializerRange)
    }
    (query, key, value) = (try linear("query_proj"), try linear("key_proj"), try linear("value_proj"))
    terms = deberta.isRelative ? deberta.terms : []
    guard !deberta.sharesProjections else { return }
    positionKey = terms.contains(.contentToPosition) ? try linear("pos_key_proj") : nil
    positionQuery = terms.contains(.positionToContent) ? try linear("pos_query_proj") : nil
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("query_proj", &query)
    visitor.visit("key_proj", &key)
    visitor.visit("value_proj", &value)
    visitor.visit("pos_key_proj", &positionKey)
    visitor.visit("pos_query_proj", &positionQuery)
  }

  func contents(_ x: Tensor) -> (query: Tensor, key: Tensor, value: Tensor) { (query(x), key(x), value(x)) }

  var positionKeys: ((Tensor) -> Tensor)? {
    guard terms.contains(.contentToPosition) else { return nil }
    let map = positionKey ?? key
    return { map($0) }
  }
  var positionQueries: ((Tensor) -> Tensor)? {
    guard terms.contains(.positionToContent) else { return nil }
    let map = positionQuery ?? query
    return { map($0) }
  }
}
