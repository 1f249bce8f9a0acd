import Foundation
import RefluxCPU
import RefluxCore
import RefluxIO

/// `reflux-benchmark write-llama DIRECTORY [1.1b | 160m]`: random bfloat16 weights of a LLaMA with a vocabulary of 32000.
///
/// 1.1b has the shape of TinyLlama: 22 layers, 2048 wide, 32 heads of which 4 hold keys, 5632 inside.
struct LlamaWeights {
  private let layers, width, heads, keyHeads, inner: Int
  private let vocabulary = 32_000

  init?(size: String) {
    switch size {
    case "1.1b": (layers, width, heads, keyHeads, inner) = (22, 2048, 32, 4, 5632)
    case "160m": (layers, width, heads, keyHeads, inner) = (12, 768, 12, 12, 3072)
    default: return nil
    }
  }

  func write(to directory: String) throws {
    let keyWidth = width / heads * keyHeads
    var shapes: [(String, Shape)] = [("model.embed_tokens.weight", [vocabulary, width])]
    for layer in 0..<layers {
      let name = "model.layers.\(layer)"
      shapes += [
        ("\(name).self_attn.q_proj.weight", [width, width]), ("\(name).self_attn.k_proj.weight", [keyWidth, width]),
        ("\(name).self_attn.v_proj.weight", [keyWidth, width]), ("\(name).self_attn.o_proj.weight", [width, width]),
        ("\(name).mlp.gate_proj.weight", [inner, width]), ("\(name).mlp.up_proj.weight", [inner, width]),
        ("\(name).mlp.down_proj.weight", [width, inner]), ("\(name).input_layernorm.weight", [width]),
        ("\(name).post_attention_layernorm.weight", [width]),
      ]
    }
    shapes += [("model.norm.weight", [width]), ("lm_head.weight", [vocabulary, width])]
    let backend = CPUBackend(threads: 2)
    var parameters = Parameters()
    for (name, shape) in shapes { parameters[name] = tensor(name, shape, on: backend) }
    let fields: [(String, JSON)] = [
      ("architectures", ["LlamaForCausalLM"]), ("model_type", "llama"), ("torch_dtype", "bfloat16"),
      ("hidden_size", .integer(width)), ("intermediate_size", .integer(inner)),
      ("num_hidden_layers", .integer(layers)), ("num_attention_heads", .integer(heads)),
      ("num_key_value_heads", .integer(keyHeads)),
      ("vocab_size", .integer(vocabulary)), ("max_position_embeddings", .integer(2048)),
      ("tie_word_embeddings", .bool(false)),
      ("hidden_act", "silu"), ("rms_norm_eps", .number(1e-05)), ("rope_theta", .number(10_000)),
      ("bos_token_id", .integer(1)),
      ("eos_token_id", .integer(2)),
    ]
    try ModelDirectory(directory).write(configuration: JSONObject(fields), parameters: parameters)
    print("\(directory): \(parameters.elementCount) parameters in bfloat16")
  }

  /// Evenly distributed with a deviation of 0.02; a norm's weights are 1.
  private func tensor(_ name: String, _ shape: Shape, on backend: CPUBackend) -> Tensor {
    guard shape.count == 2 else { return Tensor.ones(shape, on: backend).converted(to: .bfloat16) }
    var random = RandomSource(seed: 1, name)
    let count = shape.reduce(1, *)
    let values = [Float](unsafeUninitializedCapacity: count) { space, filled in
      for index in 0..<count { space[index] = Float(random.next() >> 40) * (0.0692 / 16_777_216) - 0.0346 }
      filled = count
    }
    return Tensor(values, shape, on: backend).converted(to: .bfloat16)
  }
}
