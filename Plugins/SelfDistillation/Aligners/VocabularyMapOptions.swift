import RefluxCore

/// The paper leaves open how a map is made; the defaults are its most likely reading, the rest are options.
struct VocabularyMapOptions: ComponentOptions {
  enum Vector: String, OptionChoice { case probabilities, logits }
  enum Normaliser: String, OptionChoice { case sum, minMax = "min-max", softmaxOfSum = "softmax-of-sum" }
  enum Softening: String, OptionChoice { case onMap = "on-map", onTokens = "on-tokens" }
  enum Positions: String, OptionChoice { case response, generated }

  @Option("What is added up over a row's positions: the tokens' distributions, or their logits.")
  var vector = Vector.probabilities
  @Option(
    "How the sum becomes a distribution: sum (divided by the number of tokens; of logits, their softmax), min-max"
      + " (scaled to 0 to 1, then to a sum of 1), or softmax-of-sum.")
  var normalise = Normaliser.sum
  @Option("What the temperature softens: the map, of which one is remembered, or every token, whose logits all are.")
  var temperature = Softening.onMap
  @Option(
    "Which positions: the labelled ones, or those of text that the model writes itself at each step (greedily), which"
      + " takes two more passes and more.")
  var positions = Positions.response
  @Option("Tokens that are written for each row, at most; with positions: generated.", in: 1...100_000)
  var maxNewTokens = 32

  func validate() throws {
    guard vector == .probabilities || temperature == .onMap else {
      throw RecipeError("temperature: on-tokens softens distributions; with vector: logits it must be on-map")
    }
  }
}
