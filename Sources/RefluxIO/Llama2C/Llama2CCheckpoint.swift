import RefluxCore

/// A checkpoint of llama2.c (github.com/karpathy/llama2.c), format v0 or v1: float32 weights one after the other.
///
/// Its rotary embeddings turn neighbouring elements, `(2i, 2i + 1)`; those of Hugging Face turn the halves of a head, so
/// the rows of the query and key projections change places.
public struct Llama2CCheckpoint {
  public let path: String
  let size, intermediateSize, layers, heads, keyValueHeads: Int
  public let vocabularySize, maxPositions: Int
  let isTied: Bool
  private let isLegacy: Bool
  private let file: MappedFile
  private let start: Int

  private static let magic = 0x616b_3432
  private static let headerSize = 256

  /// Opens a file and checks that it is as long as its header says.
  ///
  /// - Throws: ``FileError``: it cannot be read, is of another format, or cut short.
  public init(_ path: String) throws {
    file = try MappedFile(path)
    self.path = path
    let bytes = file.bytes
    guard bytes.count >= 36 else { throw FileError(path, "is no checkpoint of llama2.c: it has \(bytes.count) bytes") }
    func integer(_ index: Int) -> Int {
      Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)))
    }
    isLegacy = integer(0) != Self.magic
    if !isLegacy, integer(1) != 1 {
      throw FileError(path, "is of version \(integer(1)) of llama2.c's format; 0 and 1 can be read")
    }
    let first = isLegacy ? 0 : 2
    let fields = (first..<first + 7).map(integer)
    (size, intermediateSize, layers, heads) = (fields[0], fields[1], fields[2], fields[3])
    (keyValueHeads, maxPositions) = (fields[4], fields[6])
    // In v0 a negative vocabulary says that the output head is a matrix of its own.
    vocabularySize = isLegacy ? abs(fields[5]) : fields[5]
    isTied = isLegacy ? fields[5] > 0 : bytes[36] != 0
    start = isLegacy ? 28 : Self.headerSize
    let isSound =
      fields.enumerated().allSatisfy {
        (1...1 << 24).contains($0.offset == 5 && isLegacy ? abs($0.element) : $0.element)
      }
      && size.isMultiple(of: 2 * heads) && heads.isMultiple(of: keyValueHeads)
    guard isSound else { throw FileError(path, "is no checkpoint of llama2.c: its sizes are \(fields)") }
    let wanted = start + 4 * layout.reduce(0) { $0 + $1.shape.reduce(1, *) }
    guard bytes.count == wanted else {
      throw FileError(path, "has \(bytes.count) bytes, and its header makes it \(wanted)")
    }
  }

  private var keyWidth: Int { size / heads * keyValueHeads }

  /// What follows the header; a part without a name is of no use.
  private var layout: [(name: String?, shape: Shape)] {
    func each(_ name: String, _ shape: Shape) -> [(name: String?, shape: Shape)] {
      (0..<layers).map { ("model.layers.\($0).\(name).weight", shape) }
    }
    let embeddings: [(name: String?, shape: Shape)] = [("model.embed_tokens.weight", [vocabularySize, size])]
    let norm: [(name: String?, shape: Shape)] = [("model.norm.weight", [size])]
    let attention =
      each("self_attn.q_proj", [size, size]) + each("self_attn.k_proj", [keyWidth, size])
      + each("self_attn.v_proj", [keyWidth, size]) + each("self_attn.o_proj", [size, size])
    let feedForward =
      each("mlp.gate_proj", [intermediateSize, size]) + each("mlp.down_proj", [size, intermediateSize])
      + each("mlp.up_proj", [intermediateSize, size])
    let norms = (each("input_layernorm", [size]), each("post_attention_layernorm", [size]))
    let head: [(name: String?, shape: Shape)] = isTied ? [] : [("lm_head.weight", [vocabularySize, size])]
    let angles: [(name: String?, shape: Shape)] = [(nil, [2, maxPositions, size / heads / 2])]
    return isLegacy
      ? embeddings + norms.0 + attention + norms.1 + feedForward + norm + angles + head
      : norms.0 + norms.1 + norm + embeddings + attention + feedForward + head
  }

  /// The weights under the names of transformers.
  public var parameters: Parameters {
    var (result, offset) = (Parameters(), start)
    for (name, shape) in layout {
      let count = shape.reduce(1, *)
      defer { offset += 4 * count }
      guard let name else { continue }
      var values = (0..<count).map { index in
        Float(
          bitPattern: UInt32(
            littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset + 4 * index, as: UInt32.self)))
      }
      if name.hasSuffix("q_proj.weight") { values = halves(values, heads: heads) }
      if name.hasSuffix("k_proj.weight") { values = halves(values, heads: keyValueHeads) }
      result[name] = Tensor(values, shape)
    }
    return result
  }

  /// Puts the rows of each head in the order `0 2 4 … 1 3 5 …`.
  private func halves(_ values: [Float], heads: Int) -> [Float] {
    let half = values.count / size / heads / 2
    return (0..<heads).flatMap { head in
      (0..<2).flatMap { part in
        (0..<half).flatMap { pair -> ArraySlice<Float> in
          let row = (head * half + pair) * 2 + part
          return values[row * size..<(row + 1) * size]
        }
      }
    }
  }

  /// The configuration as transformers has it.
  public var configuration: JSONObject {
    let fields: [(String, JSON)] = [
      ("architectures", ["LlamaForCausalLM"]), ("model_type", "llama"), ("torch_dtype", "float32"),
      ("hidden_size", .integer(size)), ("intermediate_size", .integer(intermediateSize)),
      ("num_hidden_layers", .integer(layers)), ("num_attention_heads", .integer(heads)),
      ("num_key_value_heads", .integer(keyValueHeads)), ("vocab_size", .integer(vocabularySize)),
      ("max_position_embeddings", .integer(maxPositions)), ("tie_word_embeddings", .bool(isTied)),
      ("hidden_act", "silu"), ("rms_norm_eps", .number(1e-05)), ("rope_theta", .number(10_000)),
      ("bos_token_id", .integer(1)), ("eos_token_id", .integer(2)),
    ]
    return JSONObject(fields)
  }
}
