/// How a language model goes on with text.
public struct GenerationOptions: Sendable {
  /// The most tokens that are made for a row.
  public var maxNewTokens: Int
  /// Divides the logits before a token is drawn; 0 takes the likeliest.
  public var temperature: Float
  /// Draws from so many of the likeliest tokens; 0: from all.
  public var topK: Int
  /// Draws from the fewest of the likeliest tokens that have this share of the probability together.
  public var topP: Float
  /// Makes tokens less likely that are in the row already (Keskar et al., 2019); 1 does nothing.
  public var repetitionPenalty: Float
  /// Ids that end a row; they stay in it.
  public var endTokens: Set<Int32>
  /// Texts that end a row; they and what comes after them are cut off its text.
  public var stopTexts: [String]
  /// Adds to the rows' texts; what it adds counts among a row's new tokens.
  public var tool: (any TextTool)?
  /// Rows that go through the model together, at most.
  public var batchSize: Int
  public var seed: UInt64

  public init(
    maxNewTokens: Int, temperature: Float = 0, topK: Int = 0, topP: Float = 1, repetitionPenalty: Float = 1,
    endTokens: Set<Int32> = [], stopTexts: [String] = [], tool: (any TextTool)? = nil, batchSize: Int = 8,
    seed: UInt64 = 0
  ) {
    (self.maxNewTokens, self.temperature, self.topK, self.topP) = (maxNewTokens, temperature, topK, topP)
    (self.repetitionPenalty, self.endTokens, self.stopTexts) = (repetitionPenalty, endTokens, stopTexts)
    (self.tool, self.batchSize, self.seed) = (tool, batchSize, seed)
  }

  /// Throws `RecipeError` naming what is out of bounds.
  public func validate() throws {
    guard maxNewTokens >= 1 else { throw RecipeError("max_new_tokens must be at least 1, but is \(maxNewTokens)") }
    guard temperature >= 0, temperature.isFinite else {
      throw RecipeError("temperature must be at least 0, but is \(temperature)")
    }
    guard topK >= 0 else { throw RecipeError("top_k must be at least 0, but is \(topK)") }
    guard topP > 0, topP <= 1 else { throw RecipeError("top_p must be above 0 and at most 1, but is \(topP)") }
    guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
      throw RecipeError("repetition_penalty must be above 0, but is \(repetitionPenalty)")
    }
    guard batchSize >= 1 else { throw RecipeError("batch_size must be at least 1, but is \(batchSize)") }
    guard stopTexts.allSatisfy({ !$0.isEmpty }) else { throw RecipeError("a stop text must not be empty") }
  }
}

/// What a language model made of a prompt.
public struct GeneratedText: Sendable, Equatable {
  public enum End: String, Sendable { case endToken = "end", stopText = "stop", length }
  /// The new tokens, the one that ended the row included.
  public var ids: [Int32]
  /// What is added to the prompt's text, a space at its beginning included, without what ended it; `nil` when there is no
  /// tokenizer.
  public var text: String?
  public var end: End
}
