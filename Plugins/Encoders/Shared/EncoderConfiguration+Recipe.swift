import RefluxCore

extension EncoderConfiguration {
  /// Takes over what the recipe and the task decide; the rest stays the checkpoint's.
  mutating func apply(_ options: EncoderOptions, _ prediction: PredictionKind?) throws {
    hiddenDropout = options.hiddenDropout ?? hiddenDropout
    attentionDropout = options.attentionDropout ?? attentionDropout
    headDropout = options.classifierDropout ?? headDropout

    if let prediction {
      guard prediction != .text else {
        throw RecipeError(
          "the task predicts text, which needs a decoder such as 'llama'; '\(family.type)' is an encoder")
      }
      if let outputs = options.outputs, outputs != prediction.outputs {
        throw RecipeError("outputs is \(outputs), and the task needs \(prediction.outputs)")
      }
      switch prediction {
      case .classes(let names): (labels, purpose) = (names, .classes)
      case .score: (labels, purpose) = (ModelCard.defaultLabels(1), .score)
      case .choice: (labels, purpose) = (ModelCard.defaultLabels(1), .choice)
      case .text: break
      }
    } else if let outputs = options.outputs, outputs != labels.count {
      labels = ModelCard.defaultLabels(outputs)
      purpose = nil
    }
  }
}
