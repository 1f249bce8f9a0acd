import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxEncoders
import RefluxIO
import RefluxLosses
import RefluxSelfDistillation
import RefluxTasks
import RefluxTesting
import RefluxTrain
import Testing

/// A recipe's run against torch's, step by step: a tiny BERT, batches from the fixture, AdamW, clipping, no dropout.
@Suite("Traces of whole runs")
struct TraceTests {
  private static let registry: Registry? = try? Registry([
    BasicsPlugin.self, EncodersPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self, TasksPlugin.self,
  ])

  @Test(
    arguments: [
      ("train", "finetune", 3), ("dlb", "{ type: dlb, alpha: 1, temperature: 2 }", 2),
      ("dynsdpb", "{ type: dynsdpb, alpha: 0.8, temperature: 3 }", 2),
    ])
  func asTorch(trace: String, method: String, warmup: Int) throws {
    let expected = try JSONFields(contentsOf: fixture("bert/\(trace).json"))
    try withTemporaryDirectory { directory in
      let log = try run(method, warmup, on: expected, in: directory)
      let reference = try #require(try expected.fields("f64"))
      try compare(log, reference)
      try compareWeights(in: directory + "/run/model", try #require(try expected.fields("final_f64")))
    }
  }

  /// Carries the recipe out and returns the log's lines of its steps.
  private func run(
    _ method: String, _ warmup: Int, on trace: JSONFields, in directory: String
  ) throws -> [JSON] {
    let rows = try trace.required("pool", trace.array).map { row in
      JSON.object(
        JSONObject((row.object?.entries ?? []).map { ($0.key == "labels" ? "label" : $0.key, $0.value) })
      ).text
    }
    try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: directory + "/pool.jsonl")
    let text = """
      task:
        type: text-classification
        train: \(directory)/pool.jsonl
        validation: \(directory)/pool.jsonl
        labels: [no, yes]
      model:
        { type: bert, checkpoint: \(fixture("bert/model")), hidden_dropout: 0, attention_dropout: 0, classifier_dropout: 0 }
      method: \(method)
      train:
        epochs: 1
        sampler: { type: listed, file: \(trace.path) }
        optimizer: { type: adamw, learning_rate: 1e-3 }
        schedule: { type: linear, warmup_steps: \(warmup) }
        clip_norm: 1
      """
    let recipe = try Recipe(text, name: "trace.yaml", try #require(Self.registry))
    let runDirectory = try RunDirectory(checking: directory + "/run", .fresh(force: false))
    try Run.carryOut(RunSetup(recipe, on: CPUBackend(threads: 2)), in: runDirectory, .fresh(force: false))
    return try JSONLinesReader.read(directory + "/run/metrics.jsonl").map(\.row).filter { $0["grad_norm"] != nil }
  }

  private func compare(_ log: [JSON], _ reference: JSONFields) throws {
    func check(_ name: String, _ expected: [Double], _ tolerance: Double) throws {
      #expect(log.count == expected.count)
      for (step, (line, value)) in zip(log, expected).enumerated() {
        let found = try #require(line[name]?.number, "\(name) of step \(step)")
        #expect(abs(found - value) < tolerance * max(1, abs(value)), "\(name) of step \(step)")
      }
    }
    func values(_ key: String) throws -> [Double]? { try reference.array(key)?.compactMap(\.number) }
    /// Of each step's matched examples; the first step has none.
    func lists(_ key: String) throws -> [[Double]]? {
      try reference.array(key)?.map { $0.array?.compactMap(\.number) ?? [] }
    }

    try check("loss", try #require(try values("loss")), 1e-5)
    try check("grad_norm", try #require(try values("grad_norm")), 1e-4)
    try check("learning_rate", try #require(try values("lr")), 1e-9)
    guard let ce = try values("ce"), let lmbc = try values("lmbc") else { return }
    try check("ce", ce, 1e-5)
    try check("lmbc", lmbc, 1e-5)
    let (weights, temperatures) = (try #require(try lists("w")), try #require(try lists("tau")))
    for (step, line) in log.enumerated() where !weights[step].isEmpty {
      let (w, t) = (weights[step], temperatures[step])
      let expected: [String: Double?] = [
        "weight": mean(w), "temperature": mean(t), "temperature_min": t.min(), "temperature_max": t.max(),
      ]
      for (name, value) in expected {
        let (found, wanted) = (try #require(line[name]?.number), try #require(value))
        #expect(abs(found - wanted) < 2e-5 * max(1, wanted), "\(name) of step \(step)")
      }
    }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func compareWeights(in model: String, _ expected: JSONFields) throws {
    let file = try SafetensorsFile(model + "/model.safetensors")
    let backend = CPUBackend(threads: 1)
    // The keys' biases have no gradient but rounding noise, which Adam blows up.
    for (name, stats) in expected.object.entries where !name.hasSuffix("key.bias") {
      let values = try file.tensor(name, on: backend).floats.map(Double.init)
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let reference = try #require(stats["l2"]?.number)
      #expect(abs(length - reference) < 1e-4 * max(reference, 1e-2), "\(name)")
    }
  }
}
