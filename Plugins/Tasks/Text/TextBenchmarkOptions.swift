import RefluxCore

/// What every benchmark of questions can be told.
protocol TextBenchmarkOptions: ComponentOptions {
  var data: String { get }
  var prompt: String { get }
  var response: String { get }
  var validationSize: Int { get }
  var trainLimit: Int? { get }
  var evaluationLimit: Int? { get }
  var answering: AnsweringOptions { get }
}

extension TextBenchmarkOptions {
  func validate() throws { try checkSizes() }

  func checkSizes() throws {
    guard validationSize >= 0 else { throw RecipeError("validation_size must be at least 0, but is \(validationSize)") }
    for (name, value) in [("train_limit", trainLimit), ("evaluation_limit", evaluationLimit)] {
      if let value, value < 1 { throw RecipeError("\(name) must be at least 1, but is \(value)") }
    }
  }
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
  @Option("Rows kept back from the end of the training rows to score on; 0: those of the validation file.")
  var validationSize = Defaults.validationSize
  @Option("Reads only so many rows of the training split, the first.") var trainLimit: Int? = nil
  @Option("Reads only so many rows of every other split, the first.") var evaluationLimit: Int? = nil
  var answering = AnsweringOptions()
}
