import Foundation
import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxEncoders

/// Takes a full training step of an encoder for every line of standard input that names a batch.
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
    let dropout = RecipeNode(floatLiteral: task.dropout)
    let recipe: RecipeNode = [
      "model": [
        "type": RecipeNode(stringLiteral: task.model.type),
        "vocabulary_size": RecipeNode(integerLiteral: task.model.vocabulary),
        "hidden_size": RecipeNode(integerLiteral: task.model.hidden),
        "layers": RecipeNode(integerLiteral: task.model.layers),
        "heads": RecipeNode(integerLiteral: task.model.heads),
        "intermediate_size": RecipeNode(integerLiteral: task.model.intermediate), "outputs": 2,
        "hidden_dropout": dropout, "attention_dropout": dropout,
      ]
    ]
    let registry = try Registry([BasicsPlugin.self, EncodersPlugin.self])
    let parts = try OptionsReader.read(Parts.self, from: recipe, owner: "the benchmark", OptionScope(registry))
    var context = BuildContext(seed: 1, backend: backend)
    modules["student"] = try parts.model.build(&context)
    optimizer = try parts.optimizer.build(&context)
    batches = task.batches.enumerated().map { Self.block($1, seed: UInt64($0)) }
  }

  /// Rows of these lengths with random tokens and labels.
  private static func block(_ lengths: [Int], seed: UInt64) -> TokenBlock {
    var source = RandomSource(seed: seed)
    let rows = RowOffsets(lengths: lengths)
    let ids = (0..<rows.tokenCount).map { _ in Int32(10 + source.next() % 19_990) }
    return TokenBlock(
      ids: ids, segments: ids.map { _ in 0 }, rows: rows, targets: .classes(lengths.map { _ in Int(source.next() % 2) })
    )
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
    let (examples, targets) = (block.rowCount, oneHot(block))
    let (loss, gradients) = try modules.valueAndGradient(of: ["student"]) { modules in
      var pass = ForwardPass(training: true, random: RandomSource(seed: 1, "dropout", Int(number)))
      let model = try modules.model("student")
      let logits = try model(block, &pass).logits
      let loss = -(logits.logSoftmax() * targets).sum() / Float(examples)
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

  private func oneHot(_ block: TokenBlock) -> Tensor {
    guard case .classes(let classes) = block.targets else { return Tensor(0, on: backend) }
    return Tensor(classes.flatMap { $0 == 0 ? [1, 0] : [0, 1] }, [classes.count, 2], on: backend)
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
