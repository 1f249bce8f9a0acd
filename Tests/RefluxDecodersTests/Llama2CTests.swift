import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Checkpoints of llama2.c, made here from the weights of a model that transformers ran.
@Suite struct Llama2CTests {
  /// The rows of a projection as llama2.c has them: the halves of each head interleaved.
  private func interleaved(_ weight: Tensor, heads: Int) -> [Float] {
    let half = weight.shape[0] / heads / 2
    let order = (0..<heads).flatMap { head in
      (0..<half).flatMap { pair in [0, 1].map { (head * 2 + $0) * half + pair } }
    }
    return weight.taking(order).floats
  }

  private func bytes(of llama: any Model, version: Int, vocabulary: Int32) throws -> [UInt8] {
    let weights = llama.parameters
    func floats(_ name: String) throws -> [Float] { try #require(weights[name]).floats }
    func layers(_ name: String) throws -> [Float] {
      try (0..<2).flatMap { layer in
        let path = "model.layers.\(layer).\(name).weight"
        let isTurned = name.hasSuffix("q_proj") || name.hasSuffix("k_proj")
        return isTurned ? interleaved(try #require(weights[path]), heads: 4) : try floats(path)
      }
    }
    let embeddings = try floats("model.embed_tokens.weight")
    let attention = try ["q", "k", "v", "o"].flatMap { try layers("self_attn.\($0)_proj") }
    let feedForward = try ["gate", "down", "up"].flatMap { try layers("mlp.\($0)_proj") }
    let norms = try (layers("input_layernorm"), layers("post_attention_layernorm"), floats("model.norm.weight"))
    let head = try floats("lm_head.weight")
    let values =
      version == 0
      ? embeddings + norms.0 + attention + norms.1 + feedForward + norms.2 + [Float](repeating: 0, count: 2 * 128 * 4)
        + head
      : norms.0 + norms.1 + norms.2 + embeddings + attention + feedForward + head
    let sizes: [Int32] = [32, 60, 2, 4, 4, version == 0 ? -vocabulary : vocabulary, 128]
    func little(_ numbers: [Int32]) -> [UInt8] {
      numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    }
    var header = little((version == 0 ? [] : [0x616b_3432, 1]) + sizes)
    if version == 1 { header += [UInt8](repeating: 0, count: 256 - header.count) }
    return header + little(values.map { Int32(bitPattern: $0.bitPattern) })
  }

  @Test(arguments: [0, 1]) func theModelIsTheSame(_ version: Int) throws {
    let fixtures = try LlamaFixture("llama2")
    let llama = try fixtures.model()
    try withTemporaryDirectory { directory in
      let data = try bytes(of: llama, version: version, vocabulary: 400)
      try AtomicFile.write(to: "\(directory)/model.bin") { try $0.append(data) }
      let converted = try Llama2CCheckpoint("\(directory)/model.bin")
      try ModelDirectory("\(directory)/out").write(
        configuration: converted.configuration, parameters: converted.parameters)
      let again = try model("{ type: llama, checkpoint: \"\(directory)/out\" }")
      #expect(again.card.notes == [])
      for (name, tensor) in llama.parameters { #expect(again.parameters[name]?.floats == tensor.floats, "\(name)") }
      #expect(try again.loss(fixtures.block).item == llama.loss(fixtures.block).item)

      try AtomicFile.write(to: "\(directory)/short.bin") { try $0.append(data.dropLast(4)) }
      #expect(
        thrownMessage { try Llama2CCheckpoint("\(directory)/short.bin") }
          == "\(directory)/short.bin: has \(data.count - 4) bytes, and its header makes it \(data.count)")
    }
  }

  @Test func anotherFileIsNamed() throws {
    let path = fixture("llama2/model/model.safetensors")
    #expect(
      thrownMessage { try Llama2CCheckpoint(path) }?.hasPrefix("\(path): is no checkpoint of llama2.c: its sizes are ")
        == true)
  }
}
