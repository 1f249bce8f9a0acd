import RefluxCore
import RefluxIO
import RefluxNN
import RefluxTesting
import Testing

/// What must hold of a fresh adapter (R21 of the method cards, card 6.9).
@Suite struct LoRATests {
  private let labels = [0, 1, 1, 0, 1]

  @Test(arguments: testedBackends) func aFreshAdapterChangesNothing(_ backend: any Backend) throws {
    let block = try fixtureBlock()
    let base = try model("outputs: 2", on: backend).logits(block).floats
    for options in ["type: lora", "type: lora, targets: all-linear, rank: 3, rank_stabilized: true"] {
      #expect(try model("adapter: { \(options) }", on: backend).logits(block).floats == base)
    }
  }

  @Test func rankZeroIsTheBase() throws {
    let adapted = try model("adapter: { type: lora, rank: 0 }")
    #expect(adapted.parameters.names == ["classifier.weight", "classifier.bias"])
    #expect(try adapted.logits(fixtureBlock()).floats == model("outputs: 2").logits(fixtureBlock()).floats)
    #expect(
      thrownMessage { try model("adapter: { type: lora, rank: 0, modules_to_save: [] }") }
        == "with rank 0 and no modules_to_save, nothing would be trained")
  }

  /// While B is zero A has no gradient; no frozen weight ever has one.
  @Test func onlyTheUpdateLearns() throws {
    let adapted = try model("adapter: { type: lora, rank: 2, modules_to_save: [] }")
    let (_, gradient) = try adapted.lossAndGradient(fixtureBlock(), labels)
    let places = (0..<2).flatMap { layer in
      ["query", "value"].map { "bert.encoder.layer.\(layer).attention.self.\($0)" }
    }
    #expect(gradient.names == places.flatMap { ["\($0).lora_A.weight", "\($0).lora_B.weight"] })
    for (name, slope) in gradient {
      #expect(slope.floats.allSatisfy { $0 == 0 } == name.hasSuffix("lora_A.weight"), "\(name)")
    }
    // 2 layers, 2 maps of 32 x 32, rank 2.
    #expect(adapted.parameters.elementCount == 2 * 2 * 2 * (32 + 32))
    #expect(
      adapted.card.notes == [
        "lora: 4 of 14 linear maps have an update; 512 weights are trained, 30226 are in the model"
      ])
  }

  /// Kaiming-uniform with a = √5, as PyTorch's linear layers: even between -1/√inputs and 1/√inputs, spread 1/√3 of it.
  @Test func beginsAsPeftDoes() throws {
    let adapted = try model("adapter: { type: lora, rank: 64, targets: [query] }")
    for (name, tensor) in adapted.parameters where name.contains("lora_A") {
      let (values, bound) = (tensor.floats.map(Double.init), 1 / 32.0.squareRoot())
      #expect(values.allSatisfy { abs($0) <= bound })
      let spread = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      #expect(abs(spread / (bound / 3.0.squareRoot()) - 1) < 0.05)
    }
    let other = try model("adapter: { type: lora, rank: 64, targets: [query] }", seed: 2)
    let name = "bert.encoder.layer.0.attention.self.query.lora_A.weight"
    #expect(adapted.parameters[name]?.floats != other.parameters[name]?.floats)
  }

  /// The numbers of parameters in card 6.9: rank 4 on the query and value projections.
  @Test(
    arguments: [(4096, 4096, 32, 2_097_152), (5120, 5120, 40, 3_276_800), (4096, 1024, 32, 1_703_936)])
  func parameterCounts(_ hidden: Int, _ values: Int, _ layers: Int, _ wanted: Int) throws {
    var projections = Projections(hidden: hidden, values: values, layers: layers)
    let scope = ParameterScope(FreshParameters(seed: 1, on: ReferenceBackend.shared))
    var failure: (any Error)?
    projections.updateModules(of: Linear.self) { path, linear in
      let shape = linear.weight.shape
      do {
        linear.adapter = try LowRankAdapter(scope[path], inputs: shape[1], outputs: shape[0], rank: 4, scale: 2)
      } catch { failure = error }
    }
    #expect(failure == nil)
    #expect(projections.parameters.filter { $0.0.contains("lora_") }.reduce(0) { $0 + $1.1.count } == wanted)
  }

  @Test func theHeadIsTrainedWhateverItsSize() throws {
    let task = FakeTask(.classes(["a", "b", "c"]))
    let adapted = try model("adapter: { type: lora, targets: [value] }", task: task)
    #expect(adapted.parameters["classifier.weight"]?.shape == [3, 32])
    try withTemporaryDirectory { directory in
      try adapted.save(to: directory)
      let config = try JSONFields(contentsOf: "\(directory)/adapter_config.json")
      #expect(config.object["task_type"] == "SEQ_CLS" && config.object["modules_to_save"] == ["classifier"])
      #expect(config.object["target_modules"] == ["value"])
      // Neither the task nor the number of outputs is needed to find the model again.
      let again = try model(adapter(directory))
      #expect(again.card.labels == ["a", "b", "c"] && !again.card.hasFreshHead && again.card.notes == [])
      #expect(try again.logits(fixtureBlock()).floats == adapted.logits(fixtureBlock()).floats)
    }
  }

  /// PEFT trains and stores every part whose path ends with `classifier`, and looks for it in what it reads.
  @Test(arguments: ["", ", modules_to_save: [classifier]"]) func aHeadOfTwoLayersIsTrainedWhole(_ parts: String) throws
  {
    let options = "type: distilbert, checkpoint: \"\(fixture("distilbert/model"))\""
    let adapted = try model("adapter: { type: lora, rank: 2\(parts) }", recipe: options)
    let maps = ["q_lin", "v_lin"]
    let updates = (0..<2).flatMap { layer in
      maps.flatMap { map in
        ["A", "B"].map { "distilbert.transformer.layer.\(layer).attention.\(map).lora_\($0).weight" }
      }
    }
    let head = ["pre_classifier", "classifier"].flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(adapted.parameters.names == updates + head)
    try withTemporaryDirectory { directory in
      try adapted.save(to: directory)
      let stored = try SafetensorsFile("\(directory)/adapter_model.safetensors").names
      #expect(head.allSatisfy { stored.contains("base_model.model.\($0)") })
      let again = try model(adapter(directory), recipe: options)
      let block = TokenBlock(ids: [2, 9, 30, 3], rows: RowOffsets(lengths: [4]))
      #expect(again.parameters.names == adapted.parameters.names)
      #expect(try again.logits(block).floats == adapted.logits(block).floats)
    }
  }

  /// Dropout scales what it keeps, so that the mean over many masks is the value without it.
  @Test func dropoutIsOfTheInputAndOnlyInTraining() throws {
    let options = "hidden_dropout: 0, attention_dropout: 0, classifier_dropout: 0"
    let adapted = try model("\(options), \(adapter(fixture("bert/lora")))")
    var loaded = try #require(adapted as? any AdaptedModel)
    try withTemporaryDirectory { directory in
      try loaded.save(to: directory)
      var json = try JSONFields(contentsOf: "\(directory)/adapter_config.json").object
      json["lora_dropout"] = 0.5
      try AtomicFile.write(JSON.object(json).indented(), to: "\(directory)/adapter_config.json")
      loaded = try #require(try model("\(options), \(adapter(directory))") as? any AdaptedModel)
    }
    let block = try fixtureBlock()
    #expect(try loaded.logits(block).floats == adapted.logits(block).floats)
    func trained(_ model: any Model, _ seed: UInt64) throws -> [Float] {
      var pass = ForwardPass(training: true, random: RandomSource(seed: seed))
      return try model(block, &pass).logits.floats
    }
    #expect(try trained(adapted, 1) == adapted.logits(block).floats)
    #expect(try trained(loaded, 1) == trained(loaded, 1))
    #expect(try trained(loaded, 1) != trained(loaded, 2))
    #expect(try trained(loaded, 1) != adapted.logits(block).floats)
  }
}

/// The query and value projections of a LLaMA, in shape alone: one number stands for all.
private struct Projections: Module {
  var maps: [Linear]
  init(hidden: Int, values: Int, layers: Int) {
    maps = (0..<layers).flatMap { _ in
      [hidden, values].map { Linear(weight: Tensor([0], [1, 1]).broadcast(to: [$0, hidden]), bias: nil) }
    }
  }
  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("maps", &maps) }
}
