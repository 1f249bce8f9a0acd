import RefluxCore

/// The options of ``SampledSolutions``; the defaults are ReST-EM's.
struct SolutionOptions: ComponentOptions {
  @Option("Solutions sampled for each question in a round.", in: 1...100_000) var samples = 32
  @Option("Divides the logits before a token is drawn; 0 takes the likeliest.") var temperature: Float = 0.7
  @Option("Draws from so many of the likeliest tokens; 0: from all.") var topK = 40
  @Option("Draws from the fewest of the likeliest tokens that have this share of the probability together.")
  var topP: Float = 1
  @Option("The most tokens of a solution. Default: the task's max_new_tokens.", in: 1...) var maxNewTokens: Int? = nil
  @Option("Texts that end a solution; they are no part of it.") var stop: [String] = []
  @Option(
    "Training questions that stand with their responses in front of each question while it is sampled, and not in what is"
      + " trained on.", in: 0...1000)
  var shots = 0
  @Option("How many right solutions of a question are kept, the first different ones; 0: all.", in: 0...100_000)
  var perQuestion = 10
  @Option(
    "Whether a question without a right solution is sampled again with its answer as a hint (STaR's rationalization),"
      + " which is not in what is trained on.")
  var hint = false
  @Option("What is put behind the question as a hint: {answer} is its answer, {response} the file's whole response.")
  var hintText = " (The answer is {answer}.)"
  @Option("Whether the model learns the file's own responses before the first round.") var goldFirst = false
  @Option("Whether each round trains on them, too.") var goldMixed = false

  /// How solutions are sampled that have at most so many tokens, unless there is an option that says how many.
  func generation(atMost tokens: Int, _ tool: (any TextTool)? = nil) -> GenerationOptions {
    GenerationOptions(
      maxNewTokens: maxNewTokens ?? tokens, temperature: temperature, topK: topK, topP: topP, stopTexts: stop,
      tool: tool)
  }

  func validate() throws {
    try generation(atMost: 1).validate()
    guard temperature > 0 || samples == 1 else {
      throw RecipeError("samples would all be the same with temperature: 0; wants samples: 1, but is \(samples)")
    }
    let template = TextTemplate(hintText)
    try template.check("hint_text", places: ["answer", "response"])
    guard !template.names.isEmpty else {
      throw RecipeError("hint_text must have {answer} or {response} in it, but is '\(hintText)'")
    }
  }
}
