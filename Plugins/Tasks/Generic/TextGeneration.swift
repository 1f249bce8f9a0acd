import RefluxCore

/// Prompts and responses from JSON lines or a table; the response and the token that ends it are learned.
struct TextGeneration: TableTask {
  static let name = "text-generation"
  static let summary = "Prompts and responses, or chats, from JSON lines; a language model learns the responses."

  static let form: PredictionForm? = .text

  struct Options: TableOptions {
    var files = TableFileOptions()
    @Option("The column that holds what the model is given.") var prompt = "prompt"
    @Option("The column that holds what it must answer.") var response = "response"
    @Option("How a prompt is written: {NAME} stands for a column's text. Default: the prompt as it is.")
    var promptTemplate: String? = nil
    @Option("How a response is written, in the same way.") var responseTemplate: String? = nil
    @Option("How each of a chat's `messages` is written; of the last one the content is the response.")
    var messageTemplate = "{role}: {content}\n"
    @Option("Scores to report, the most important first.")
    var metrics: [Blueprint<any Metric>] = ["token-likelihood", "token-accuracy"]
    var limits = RowLimits()

    func validate() throws {
      try validateMetrics(scoring: .text, written: $metrics)
      let message = TextTemplate(messageTemplate)
      try message.check("message_template", places: ["role", "content"])
      guard message.names.contains("content") else {
        throw RecipeError("message_template must have {content} in it, but is '\(messageTemplate)'")
      }
    }
  }

  let prediction = PredictionKind.text
  let files: TableFiles
  private let columns: PromptColumns
  let scores: [any Metric]

  init(_ options: Options, _ context: inout BuildContext) throws {
    files = TableFiles(task: Self.name, options, context)
    columns = PromptColumns(
      prompt: TextTemplate(options.promptTemplate ?? "{\(options.prompt)}"),
      response: TextTemplate(options.responseTemplate ?? "{\(options.response)}"),
      message: TextTemplate(options.messageTemplate))
    scores = try options.metrics.map { try $0.build(&context) }
  }

  func examples(_ split: Split) throws -> [Example] { try files.examples(split, reading: columns.examples) }
}
