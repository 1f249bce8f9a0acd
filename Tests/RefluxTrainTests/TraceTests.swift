import RefluxAdapters
import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxDecoders
import RefluxEncoders
import RefluxIO
import RefluxLosses
import RefluxSelfDistillation
import RefluxTasks
import RefluxTeacherDistillation
import RefluxTesting
import RefluxTrain
import Testing

/// A recipe's run against torch's, step by step: tiny models, batches from the fixture, AdamW, clipping, no dropout.
@Suite("Traces of whole runs")
struct TraceTests {
  private static let registry: Registry? = try? Registry([
    AdaptersPlugin.self, BasicsPlugin.self, DecodersPlugin.self, EncodersPlugin.self, LossesPlugin.self,
    SelfDistillationPlugin.self, TasksPlugin.self, TeacherDistillationPlugin.self,
  ])

  struct Trace: Sendable, CustomTestStringConvertible {
    var model: String
    var file: String
    var method = "finetune"
    var warmup = 2
    var teacher: String?
    /// How close the losses are: float32 lets a temperature that hangs on a loss drift further.
    var tolerance = 1e-5
    var testDescription: String { "\(model) \(file)" }
    var isAdapted: Bool { file.hasSuffix("_lora") }
    var path: String { fixture("\(model)/\(file).json") }
  }

  private static let dlb = "{ type: dlb, alpha: 1, temperature: 2 }"
  private static let kd = "{ type: kd, alpha: 0.4, temperature: 2 }"
  private static let dynamic = "{ type: dynsdpb, alpha: 0.8, temperature: 3 }"

  @Test(
    arguments: [
      Trace(model: "bert", file: "train", warmup: 3), Trace(model: "bert", file: "dlb", method: dlb),
      Trace(model: "bert", file: "dynsdpb", method: dynamic),
      Trace(model: "llama2", file: "dlb", method: dlb),
      Trace(model: "llama2", file: "dynsdpb", method: dynamic, tolerance: 1e-4),
      Trace(model: "llama2", file: "kd", method: kd, warmup: 3, teacher: "llama1"),
      Trace(model: "llama3", file: "dlb_lora", method: dlb),
      Trace(model: "llama3", file: "dynsdpb_lora", method: dynamic, tolerance: 1e-4),
    ] + ["llama1", "llama2", "llama3", "llama3-tied"].map { Trace(model: $0, file: "train_lora", warmup: 3) })
  func asTorch(_ trace: Trace) throws {
    let expected = try JSONFields(contentsOf: trace.path)
    try withTemporaryDirectory { directory in
      let log = try run(trace, on: expected, in: directory)
      try compare(log, try #require(try expected.fields("f64")), trace.tolerance)
      try compareWeights(
        in: "\(directory)/run/model/\(trace.isAdapted ? "adapter_model" : "model").safetensors",
        try #require(try expected.fields("final_f64")))
    }
  }

  /// Maps of what the model writes by itself.
  ///
  /// Only the consistency is another one, so that the trace is the same until the first update that knows of it. While
  /// the weights stand still, so do the maps.
  @Test func mapsOfGeneratedText() throws {
    let trace = Trace(
      model: "llama3", file: "dlb_lora",
      method: """
        { type: dlb, alpha: 1, temperature: 2, aligner: { type: vocabulary-map, positions: generated, max_new_tokens: 4 } }
        """)
    let expected = try JSONFields(contentsOf: trace.path)
    let reference = try #require(try expected.fields("f64"))
    let (ce, lmbc) = (try #require(try reference.array("ce")), try #require(try reference.array("lmbc")))
    let log = try withTemporaryDirectory { try run(trace, on: expected, in: $0) }
    #expect(log.count == ce.count)
    for step in 0...2 {
      let (found, wanted) = (try #require(log[step]["ce"]?.number), try #require(ce[step].number))
      #expect(abs(found - wanted) < 1e-5 * wanted, "step \(step)")
    }
    let found = try log.map { try #require($0["lmbc"]?.number) }
    #expect(found[0] == 0 && abs(found[1]) < 1e-6)
    #expect(found[2...].allSatisfy { $0 > 0 && $0.isFinite })
    #expect(try abs(found[2] - #require(lmbc[2].number)) > 1e-9)
  }

  /// Carries the recipe out and returns the log's lines of its steps.
  private func run(_ trace: Trace, on expected: JSONFields, in directory: String) throws -> [JSON] {
    let isText = trace.model.hasPrefix("llama")
    let rows = try expected.required("pool", expected.array).map { row in
      JSON.object(
        JSONObject((row.object?.entries ?? []).map { ($0.key == "labels" && !isText ? "label" : $0.key, $0.value) })
      ).text
    }
    try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: directory + "/pool.jsonl")
    let lora = "adapter: { type: lora, checkpoint: \(fixture("\(trace.model)/lora")) }"
    let adapter = trace.isAdapted ? lora : "attention_dropout: 0"
    let model =
      isText
      ? "{ type: llama, checkpoint: \(fixture("\(trace.model)/model")), \(adapter) }"
      : "{ type: bert, checkpoint: \(fixture("bert/model")), hidden_dropout: 0, classifier_dropout: 0, \(adapter) }"
    let text = """
      task:
        type: \(isText ? "text-generation" : "text-classification")
        train: \(directory)/pool.jsonl
        validation: \(directory)/pool.jsonl
        \(isText ? "" : "labels: [no, yes]")
      models:
        student: \(model)
        \(trace.teacher.map { "teacher: { type: llama, checkpoint: \(fixture("\($0)/model")) }" } ?? "")
      method: \(trace.method)
      train:
        epochs: 1
        sampler: { type: listed, file: \(trace.path) }
        optimizer: { type: adamw, learning_rate: 1e-3 }
        schedule: { type: linear, warmup_steps: \(trace.warmup) }
        clip_norm: 1
      """
    let recipe = try Recipe(text, name: "trace.yaml", try #require(Self.registry))
    let runDirectory = try RunDirectory(checking: directory + "/run", .fresh(force: false))
    try Run.carryOut(RunSetup(recipe, on: CPUBackend(threads: 2)), in: runDirectory, .fresh(force: false))
    return try JSONLinesReader.read(directory + "/run/metrics.jsonl").map(\.row).filter { $0["grad_norm"] != nil }
  }

  private func compare(_ log: [JSON], _ reference: JSONFields, _ tolerance: Double) throws {
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

    try check("loss", try #require(try values("loss")), tolerance)
    try check("grad_norm", try #require(try values("grad_norm")), 1e-4)
    try check("learning_rate", try #require(try values("lr")), 1e-9)
    if let kd = try values("kd") { try check("kd", kd, tolerance) }
    guard let ce = try values("ce"), let lmbc = try values("lmbc") else { return }
    try check("ce", ce, tolerance)
    try check("lmbc", lmbc, tolerance)
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

  private func compareWeights(in path: String, _ expected: JSONFields) throws {
    let file = try SafetensorsFile(path)
    let backend = CPUBackend(threads: 1)
    // The keys' biases have no gradient but rounding noise, which Adam blows up.
    for (name, stats) in expected.object.entries where !name.hasSuffix("key.bias") {
      // In memory, peft's names have the adapter's own name in them.
      let values = try file.tensor(name.replacing(".default", with: ""), on: backend).floats.map(Double.init)
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let reference = try #require(stats["l2"]?.number)
      #expect(abs(length - reference) < 1e-4 * max(reference, 1e-2), "\(name)")
    }
  }
}
