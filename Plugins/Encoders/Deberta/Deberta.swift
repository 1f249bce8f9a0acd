import RefluxCore
import RefluxIO

/// The first DeBERTa (He et al., 2021), whose attention tells relative positions apart up to a longest distance.
///
/// Parameters carry the names of transformers' `DebertaForSequenceClassification`.
struct Deberta: Encoder {
  static let name = "deberta"
  static let summary = "DeBERTa encoder with a classification or regression head (He et al., 2021)."
  static let family = EncoderFamily(
    type: "deberta", className: "Deberta", prefix: "deberta", pooler: "pooler",
    keys: EncoderKeys(headDropout: "cls_dropout"),
    statesPositionType: false, segments: 0, epsilon: 1e-7)
  /// What a fresh model has beside its sizes, as config.json says it.
  private static let fresh: JSON = [
    "relative_attention": true, "pos_att_type": ["c2p", "p2c"], "max_relative_positions": -1,
    "position_biased_input": false, "pooler_dropout": 0, "pooler_hidden_act": "gelu",
  ]

  let frame: EncoderFrame
  private var body: DebertaBody<FusedProjections>

  init(_ options: EncoderOptions, _ context: inout BuildContext) throws {
    (body, frame) = try DebertaBody.load(Self.family, fresh: Self.fresh, options, context, FusedProjections.init)
  }

  mutating func visit(_ visitor: inout ParameterVisitor) { body.visit(&visitor) }

  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    body(input, rows, &pass)
  }
}

/// DeBERTa-v1: one map makes queries, keys and values of all heads; only queries and values have a bias.
struct FusedProjections: DisentangledProjections {
  var input: Linear  // [3 · hidden, hidden]: query, key and value of the first head, then of the next
  var queryBias: Tensor  // [hidden]
  var valueBias: Tensor  // [hidden]
  var positionKey: Linear?
  var positionQuery: Linear?
  let heads: Int

  init(_ scope: ParameterScope, _ common: EncoderConfiguration, _ deberta: DebertaConfiguration) throws {
    let (hidden, deviation) = (common.hiddenSize, common.initializerRange)
    input = try Linear(
      scope["in_proj"], inputs: hidden, outputs: 3 * hidden, hasBias: false, deviation: deviation)
    queryBias = try scope.parameter("q_bias", [hidden], .zeros)
    valueBias = try scope.parameter("v_bias", [hidden], .zeros)
    heads = common.heads
    guard deberta.isRelative else { return }
    if deberta.terms.contains(.contentToPosition) {
      positionKey = try Linear(
        scope["pos_proj"], inputs: hidden, outputs: hidden, hasBias: false, deviation: deviation)
    }
    if deberta.terms.contains(.positionToContent) {
      positionQuery = try Linear(scope["pos_q_proj"], inputs: hidden, outputs: hidden, deviation: deviation)
    }
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("q_bias", &queryBias)
    visitor.visit("v_bias", &valueBias)
    visitor.visit("in_proj", &input)
    visitor.visit("pos_proj", &positionKey)
    visitor.visit("pos_q_proj", &positionQuery)
  }

  func contents(_ x: Tensor) -> (query: Tensor, key: Tensor, value: Tensor) {
    let hidden = x.shape[1]
    let all = input(x).reshaped([x.shape[0], heads, 3, hidden / heads])
    let parts = (0..<3).map { all.sliced($0..<$0 + 1, axis: 2).reshaped([x.shape[0], hidden]) }
    return (parts[0] + queryBias, parts[1], parts[2] + valueBias)
  }

  var positionKeys: ((Tensor) -> Tensor)? { positionKey.map { map in { map($0) } } }
  var positionQueries: ((Tensor) -> Tensor)? { positionQuery.map { map in { map($0) } } }
}
