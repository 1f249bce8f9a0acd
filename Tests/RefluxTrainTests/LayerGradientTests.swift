import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

/// `log_layer_gradients`: the gradient's length by layer.
@Suite struct LayerGradientTests {
  @Test func layersAddUpToTheWholeGradient() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      let overrides = ["train.max_steps=2", "train.sampler.batch_size=8"]
      _ = try TinyRun(overrides: overrides + ["train.log_layer_gradients=true"])(in: path)
      let steps = try JSONLinesReader.read("\(path)/metrics.jsonl").map(\.1).filter { $0["grad_norm"] != nil }
      #expect(steps.count == 2)
      for step in steps {
        let layers = try #require(step["layer_grad_norms"]?.object)
        #expect(
          layers.keys == [
            "bert.embeddings", "bert.encoder.layer.0", "bert.encoder.layer.1", "bert.pooler", "classifier",
          ])
        let lengths = layers.entries.compactMap(\.value.number)
        let (sum, norm) = (lengths.reduce(0) { $0 + $1 * $1 }, try #require(step["grad_norm"]?.number))
        #expect(lengths.allSatisfy { $0 > 0 } && abs(sum.squareRoot() - norm) < 1e-12 * norm)
      }
      // Nobody asked.
      _ = try TinyRun(overrides: overrides)(in: "\(directory)/other")
      let plain = try JSONLinesReader.read("\(directory)/other/metrics.jsonl").map(\.1)
      #expect(plain.allSatisfy { $0["layer_grad_norms"] == nil })
      #expect(plain.first?["grad_norm"] == steps.first?["grad_norm"])
    }
  }

  /// 3-4-5 triangles.
  @Test func parametersOfALayerAreOneVector() {
    var log = StepLog()
    log.add(
      layersOf: [
        ("model.layers.0.self_attn.q_proj.weight", 9), ("model.layers.10.mlp.up_proj.weight", 1),
        ("model.layers.0.mlp.up_proj.weight", 16), ("model.embed_tokens.weight", 4), ("lm_head.weight", 25),
        ("albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight", 36), ("scale", 49),
      ], of: "student")
    let layers = log.layerGradientNorms[0].layers
    #expect(
      layers.map(\.name) == [
        "model.layers.0", "model.layers.10", "model.embed_tokens", "lm_head", "albert.encoder.albert_layer_groups.0",
        "scale",
      ])
    #expect(layers.map(\.value) == [5, 1, 2, 5, 6, 7])
  }
}
