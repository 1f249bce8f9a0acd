import RefluxCore

/// A task that is described by a table.
protocol BenchmarkTask: Task where Options == BenchmarkOptions {
  static var benchmark: Benchmark { get }
  var source: BenchmarkSource { get }
  init(source: BenchmarkSource)
}

struct BenchmarkOptions: ComponentOptions {
  @Option("The directory that holds the task's folder of the official archive, or that folder itself.")
  var data: String
  var limits = RowLimits()
}

extension BenchmarkTask {
  static var name: String { benchmark.name }
  static var summary: String { benchmark.summary }
  static var form: PredictionForm? { benchmark.prediction.form }
  var prediction: PredictionKind { Self.benchmark.prediction }
  var evaluationSplits: [Split] { Self.benchmark.evaluationSplits }
  func metrics() -> [any Metric] { Self.benchmark.metrics.map { $0() } }
  func examples(_ split: Split) throws -> [Example] { try source.examples(split, Self.benchmark) }
  func locate(_ split: Split) throws { try source.locate(split, Self.benchmark) }

  init(_ options: BenchmarkOptions, _ context: inout BuildContext) {
    self.init(source: BenchmarkSource(directory: context.path(options.data), limits: options.limits))
  }
}
