import Foundation
import RefluxAdapters
import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxDecoders
import RefluxEncoders

/// Takes a full training step of a model for every line of standard input that names a batch.
struct TrainingBenchmark {
  private let backend: CPUBackend
  private let batches: [TokenBlock]
  private var modules = ModuleSet()
  private var optimizer: any Optimizer

  /// The components, as a recipe would name them.
  private struct Parts: ComponentOptions {
    @Option("The network.") var model: Blueprint<any Model>
    @Option("What moves it.") var optimizer: Blueprint<any Optimizer> = "adamw"
  }

  init(_ task: TrainingTask) throws {
    backend = CPUBackend(threads: task.threads)
    let directory = FileManager.default.temporaryDirectory.appending(path: "reflux-benchmark-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var model = try Self.parts(["model": Self.recipe(task)])
    if let rank = task.model.loraRank {
      // An adapter goes on weights that are read from files.
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      try Self.build(model, on: backend).save(to: directory)
      model = try Self.parts([
        "model": [
          "type": RecipeNode(stringLiteral: task.model.type), "checkpoint": RecipeNode(stringLiteral: directory),
          "adapter": ["type": "lora", "rank": RecipeNode(integerLiteral: rank)],
        ]
      ])
    }
    modules["student"] = try Self.build(model, on: backend)
    var context = BuildContext(seed: 1, backend: backend)
    optimizer = try model.optimizer.build(&context)
    batches = task.batches.enumerated().map { Self.block($1, task, seed: UInt64($0)) }
  }

  private static func parts(_ recipe: RecipeNode) throws -> Parts {
    let registry = try Registry([BasicsPlugin.self, EncodersPlugin.self, DecodersPlugin.self, AdaptersPlugin.self])
    return try OptionsReader.read(Parts.self, from: recipe, owner: "the benchmark", OptionScope(registry))
  }

  private static func build(_ parts: Parts, on backend: CPUBackend) throws -> any Model {
    var context = BuildContext(seed: 1, backend: backend)
    return try parts.model.build(&context)
  }

  private static func recipe(_ task: TrainingTask) -> RecipeNode {
    let model = task.model
    var fields: [(String, RecipeNode)] = [
      ("type", RecipeNode(stringLiteral: model.type)),
      ("vocabulary_size", RecipeNode(integerLiteral: model.vocabulary)),
      ("hidden_size", RecipeNode(integerLiteral: model.hidden)),
      ("layers", RecipeNode(integerLiteral: model.layers)), ("heads", RecipeNode(integerLiteral: model.heads)),
      ("intermediate_size", RecipeNode(integerLiteral: model.intermediate)),
    ]
    let dropout = RecipeNode(floatLiteral: task.dropout)
    if !task.isDecoder { fields += [("outputs", 2), ("hidden_dropout", dropout), ("attention_dropout", dropout)] }
    return RecipeNode(.map(fields.map { RecipeNode.Entry($0.0, $0.1) }))
  }

  /// Rows of these lengths with random tokens and labels.
  private static func block(_ lengths: [Int], _ task: TrainingTask, seed: UInt64) -> TokenBlock {
    var source = RandomSource(seed: seed)
    let rows = RowOffsets(lengths: lengths)
    let ids = (0..<rows.tokenCount).map { _ in Int32(10 + source.next() % 19_990) }
    guard task.isDecoder else {
      let classes = lengths.map { _ in Int(source.next() % 2) }
      return TokenBlock(ids: ids, segments: ids.map { _ in 0 }, rows: rows, targets: .classes(classes))
    }
    let targets = (0..<rows.rowCount).map { row in
      let range = rows[row]
      let firstLabel = range.lowerBound + Int(Double(range.count) * (1 - task.labelledShare))
      return range.map { $0 + 1 < range.upperBound && $0 + 1 >= firstLabel ? Int(ids[$0 + 1]) : -1 }
    }
    return TokenBlock(ids: ids, rows: rows, targets: .tokens(targets))
  }

  mutating func run() throws {
    answer(["name": "Reflux (\(backend.diagnostics.summary))"])
    if let warning = backend.diagnostics.warning { FileHandle.standardError.write(Data("\(warning)\n".utf8)) }
    backend.timing.isEnabled = true
    var number: UInt64 = 0
    while let line = readLine(), let batch = Int(line) {
      // Not as the argument: `answer` would hold a copy of `self`, and with it the weights, while they are moved.
      let taken = try step(batches[batch], number)
      answer(taken)
      number += 1
    }
    answer(["peak_mebibytes": peakMebibytes()])
  }

  private mutating func step(_ block: TokenBlock, _ number: UInt64) throws -> StepAnswer {
    backend.timing.reset()
    let (start, processor) = (ContinuousClock.now, ProcessorTime.now())
    let (loss, gradients) = try modules.valueAndGradient(of: ["student"]) { modules in
      var pass = ForwardPass(training: true, random: RandomSource(seed: 1, "dropout", Int(number)))
      let model = try modules.model("student")
      let loss = Self.loss(try model(block, &pass), block)
      return (loss, loss.detached)
    }
    if var student = modules["student"], let gradient = gradients["student"] {
      modules["student"] = nil
      optimizer.update(&student, named: "student", along: gradient, rate: 1, gradientScale: 1)
      modules["student"] = student
    }
    let value = loss.item
    let seconds = start.duration(to: .now).seconds
    return StepAnswer(
      seconds: seconds, processor: ProcessorTime.now() - processor, products: backend.timing.productSeconds,
      attention: backend.timing.attentionSeconds,
      kernels: backend.timing.kernelSeconds, loss: value,
      systemAllocations: backend.bufferStatistics.systemAllocations)
  }

  /// The mean cross-entropy of classes, or of labelled tokens.
  private static func loss(_ output: ModelOutput, _ block: TokenBlock) -> Tensor {
    if let tokens = output.tokens { return tokens.losses().mean() }
    guard case .classes(let classes) = block.targets else { return Tensor(0, on: output.logits.backend) }
    return crossEntropy(output.logits, classes).mean()
  }

  private func answer(_ value: some Encodable) {
    guard let line = try? JSONEncoder().encode(value) else { return }
    FileHandle.standardOutput.write(line + Data("\n".utf8))
  }

  /// The largest resident size of this process so far.
  private func peakMebibytes() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first).flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
  }
}
