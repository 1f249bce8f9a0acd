import RefluxCore

/// What every benchmark of questions can be told.
protocol TextBenchmarkOptions: ComponentOptions {
  var data: String { get }
  var prompt: String { get }
  var response: String { get }
  var validationSize: Int { get }
  var limits: RowLimits { get }
  var answering: AnsweringOptions { get }
}

/// What a benchmark's options are if nobody says otherwise.
protocol TextBenchmarkDefaults: Sendable {
  static var prompt: String { get }
  static var response: String { get }
  static var validationSize: Int { get }
}

/// The options of a benchmark that has no others.
struct StandardTextOptions<Defaults: TextBenchmarkDefaults>: TextBenchmarkOptions {
  @Option("The directory that holds the benchmark's folder, or that folder itself.") var data: String
  @Option("How a prompt is written: {question} stands for the question, and so on.") var prompt = Defaults.prompt
  @Option("How a response is written; an answer is looked for after the first 'The answer is'.")
  var response = Defaults.response
  @Option("Rows kept back from the end of the training rows to score on; 0: those of the validation file.", in: 0...)
  var validationSize = Defaults.validationSize
  var limits = RowLimits()
  var answering = AnsweringOptions()
}
