import RefluxCore

extension ModelCard {
  /// The longest row in tokens: `asked`, or else what suits the task, but no more than the model's positions.
  ///
  /// Texts with their answers are left out if they do not fit, so they get the room that there is; 2048 bounds what a
  /// row may cost where a model reads a hundred thousand. Classes and scores have 128, as GLUE's papers do.
  func rowLimit(_ asked: Int?, for prediction: PredictionKind) -> Int {
    min(asked ?? (prediction == .text ? 2048 : 128), maxPositions)
  }
}
