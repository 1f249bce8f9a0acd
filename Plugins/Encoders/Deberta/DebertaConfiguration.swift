import RefluxCore
import RefluxIO

/// What config.json says of a DeBERTa beside what all encoders have.
struct DebertaConfiguration {
  /// Whether attention takes relative positions into account.
  var isRelative: Bool
  /// The terms of `pos_att_type`.
  var terms: Set<Term>
  var positions: RelativePositions
  /// Whether a table of absolute positions is added to the embeddings.
  var hasAbsolutePositions: Bool
  /// Width of the embeddings, which a projection makes the hidden size.
  var embeddingSize: Int
  /// Whether positions are projected like tokens (`share_att_key`).
  var sharesProjections: Bool
  /// Whether the vectors of relative positions are normalised.
  var normalisesPositions: Bool
  var poolerActivation: Activation
  var poolerDropout: Float
  var convolution: Convolution?

  enum Term: String, CaseIterable {
    /// A query and the position of a key.
    case contentToPosition = "c2p"
    /// A key and the position of a query.
    case positionToContent = "p2c"
  }

  struct Convolution {
    var taps, groups: Int
    var activation: Activation
  }

  /// Reads the fields; what they leave out is as in transformers' DebertaConfig and DebertaV2Config.
  ///
  /// - Throws: ``FileError`` naming the file and the key.
  init(_ fields: JSONFields, _ common: EncoderConfiguration) throws {
    let hidden = common.hiddenSize
    func refuse(_ message: String) -> FileError { FileError(fields.path, message) }
    guard try fields.bool("talking_head") != true else {
      throw refuse("'talking_head' is true; attention whose heads are mixed cannot be read")
    }
    isRelative = try fields.bool("relative_attention") ?? false
    terms = try Self.terms(fields)
    positions = try Self.positions(fields, common.maxPositions)
    hasAbsolutePositions = try fields.bool("position_biased_input") ?? true
    embeddingSize = try fields.size("embedding_size", hidden)
    sharesProjections = try fields.bool("share_att_key") ?? false
    normalisesPositions = try (fields.string("norm_rel_ebd") ?? "none").lowercased().split(separator: "|")
      .contains { $0.trimmed == "layer_norm" }
    poolerActivation = try fields.activation("pooler_hidden_act", "gelu").kind
    poolerDropout = try fields.dropout("pooler_dropout") ?? 0
    convolution = try Self.convolution(fields, hidden)
    for key in ["pooler_hidden_size", "attention_head_size"] {
      let wanted = key == "attention_head_size" ? hidden / common.heads : hidden
      guard try fields.size(key, wanted) == wanted else {
        throw refuse("'\(key)' must be \(wanted) with a 'hidden_size' of \(hidden)")
      }
    }
  }

  /// What attention multiplies scores with.
  func scale(headSize: Int) -> Float { 1 / Float(headSize * (1 + terms.count)).squareRoot() }

  /// A list, or one text with `|` between the terms.
  private static func terms(_ fields: JSONFields) throws -> Set<Term> {
    let names: [String]
    if let text = fields.object["pos_att_type"]?.string {
      names = text.lowercased().split(separator: "|").map(\.trimmed)
    } else {
      names = try (fields.array("pos_att_type") ?? []).map { $0.string ?? $0.kind }
    }
    return try Set(
      names.map { name in
        guard let term = Term(rawValue: name) else {
          throw FileError(fields.path, "'pos_att_type' names '\(name)'; known are c2p and p2c")
        }
        return term
      })
  }

  private static func positions(_ fields: JSONFields, _ maxPositions: Int) throws -> RelativePositions {
    let stated = try fields.integer("max_relative_positions") ?? -1
    let longest = stated < 1 ? maxPositions : stated
    guard longest < 1 << 16 else {
      throw FileError(fields.path, "'max_relative_positions' must be below \(1 << 16), but is \(longest)")
    }
    let buckets = try fields.integer("position_buckets") ?? -1
    guard buckets > 0 else { return RelativePositions(span: longest) }
    guard buckets >= 2, longest - 1 > buckets / 2 else {
      throw FileError(
        fields.path, "'position_buckets' must be at least 2 and below \(2 * (longest - 1)), but is \(buckets)")
    }
    return RelativePositions(buckets: buckets, longest: longest)
  }

  private static func convolution(_ fields: JSONFields, _ hidden: Int) throws -> Convolution? {
    let taps = try fields.size("conv_kernel_size", 0, atLeast: 0)
    guard taps > 0 else { return nil }
    guard taps % 2 == 1, taps < 1 << 10 else {
      throw FileError(fields.path, "'conv_kernel_size' must be odd and below 1024, but is \(taps)")
    }
    let groups = try fields.size("conv_groups", 1)
    guard hidden.isMultiple(of: groups) else {
      throw FileError(fields.path, "'conv_groups' must divide 'hidden_size' (\(hidden)), but is \(groups)")
    }
    return Convolution(taps: taps, groups: groups, activation: try fields.activation("conv_act", "tanh").kind)
  }
}

extension Substring {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
