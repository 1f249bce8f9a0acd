/// Labels and predictions of a classification, counted by pair; the scores are scikit-learn's.
struct ClassCounts {
  private struct Pair: Hashable { let label: Int, prediction: Int }
  private var pairs: [Pair: Int] = [:]

  mutating func add(label: Int, prediction: Int) { pairs[Pair(label: label, prediction: prediction), default: 0] += 1 }

  private func sum(_ isCounted: (Pair) -> Bool) -> Double {
    Double(pairs.reduce(0) { isCounted($1.key) ? $0 + $1.value : $0 })
  }
  /// The classes that occur as a label or as a prediction.
  private var classes: Set<Int> { Set(pairs.keys.flatMap { [$0.label, $0.prediction] }) }

  /// The share that is right; NaN of nothing.
  var accuracy: Double { sum { $0.label == $0.prediction } / sum { _ in true } }

  /// Harmonic mean of a class's precision and recall; 0 where there is nothing to divide by.
  func f1(of positive: Int) -> Double {
    let right = sum { $0.label == positive && $0.prediction == positive }
    let counted = sum { $0.label == positive } + sum { $0.prediction == positive }
    return counted == 0 ? 0 : 2 * right / counted
  }

  /// The mean of ``f1(of:)`` over the classes that occur.
  var macroF1: Double { classes.reduce(0) { $0 + f1(of: $1) } / Double(classes.count) }

  /// Matthews' correlation coefficient for any number of classes (Gorodkin 2004); 0 where a variance is 0.
  var matthewsCorrelation: Double {
    let total = sum { _ in true }
    let right = sum { $0.label == $0.prediction }
    var (labelled, predicted, both) = (0.0, 0.0, 0.0)
    for index in classes {
      let (labels, predictions) = (sum { $0.label == index }, sum { $0.prediction == index })
      labelled += labels * labels
      predicted += predictions * predictions
      both += labels * predictions
    }
    let variance = (total * total - predicted) * (total * total - labelled)
    return variance == 0 ? 0 : (right * total - both) / variance.squareRoot()
  }
}
