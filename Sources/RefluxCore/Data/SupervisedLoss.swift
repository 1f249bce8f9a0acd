extension Task {
  /// Cross-entropy of classes, choices and tokens (the mean of a row's), squared error of scores, one value per example:
  /// `[examples]`.
  ///
  /// - Throws: `RecipeError` if the examples have no labels, or the model predicts no tokens and they are what is asked.
  public func loss(_ output: ModelOutput, _ block: TokenBlock, temperature: Tensor?) throws -> Tensor {
    switch block.targets {
    case .classes(let classes): return crossEntropy(output.logits, classes, temperature: temperature)
    case .scores(let scores): return squaredError(output.logits, scores)
    case .tokens:
      guard let tokens = output.tokens else {
        throw RecipeError("the task '\(Self.name)' predicts text, which the model cannot")
      }
      return tokens.rowMeans(tokens.losses(temperature: temperature))
    case nil: throw RecipeError("the task '\(Self.name)' has no labels for some examples that are trained on")
    }
  }
}

/// `−log softmax(logits / temperature)[class]` of each example: `[examples, classes]` to `[examples]`.
public func crossEntropy(_ logits: Tensor, _ classes: [Int], temperature: Tensor? = nil) -> Tensor {
  let logits = temperature.map { logits / ($0.rank == 0 ? $0 : $0.reshaped([$0.count, 1])) } ?? logits
  return -logits.logSoftmax().picking(classes)
}

/// `(logit − score)²` of each example: `[examples, 1]` to `[examples]`.
func squaredError(_ logits: Tensor, _ scores: [Float]) -> Tensor {
  let difference = logits.reshaped([scores.count]) - Tensor(scores)
  return difference * difference
}
