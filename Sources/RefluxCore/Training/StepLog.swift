/// What one optimizer step reports.
///
/// Losses stay tensors until somebody looks, so that logging never makes a device wait.
public struct StepLog {
  /// How the batches of a step share a number.
  public enum Combination: Sendable { case sum, minimum, maximum }

  private var entries: [(name: String, combination: Combination, values: [Tensor])] = []
  /// Length of the gradient before clipping, per module that learned.
  public private(set) var gradientNorms: [(name: String, value: Double)] = []
  /// The same for the layers of each module, if somebody asked for it.
  public private(set) var layerGradientNorms: [(name: String, layers: [(name: String, value: Double)])] = []
  public private(set) var learningRates: [(name: String, value: Double)] = []
  /// Examples and tokens that went through the model.
  public private(set) var examples = 0
  public private(set) var tokens = 0
  /// What the step took, in seconds.
  public var seconds = 0.0

  public init() {}

  /// Counts what went through the model.
  public mutating func add(_ batch: Batch) {
    examples += batch.examples.count
    tokens += batch.blocks.values.reduce(0) { $0 + $1.ids.count }
  }

  /// Adds a batch's share of the losses of a turn.
  public mutating func add(_ report: LossReport, of turn: Turn) {
    add("loss", report.total.detached, .sum, turn)
    for part in report.parts { add(part.name, part.value, part.combination, turn) }
  }

  /// Adds the length of a module's gradient, and the rate at which it moves.
  public mutating func add(gradientNorm: Double, learningRate: Double, of name: String) {
    gradientNorms.append((name, gradientNorm))
    learningRates.append((name, learningRate))
  }

  /// Adds the layers' part in the gradient of a module, from ``Parameters/sumsOfSquares``.
  public mutating func add(layersOf squares: [(name: String, value: Double)], of name: String) {
    var layers: [(name: String, value: Double)] = []
    for (parameter, value) in squares {
      let layer = Self.layer(ofParameter: parameter)
      if let index = layers.firstIndex(where: { $0.name == layer }) {
        layers[index].value += value
      } else {
        layers.append((layer, value))
      }
    }
    layerGradientNorms.append((name, layers.map { ($0.name, $0.value.squareRoot()) }))
  }

  /// `bert.encoder.layer.3` of what is in it; the first two words of what is in no numbered layer: `bert.embeddings`.
  static func layer(ofParameter name: String) -> String {
    let words = name.split(separator: ".")
    let number = words.firstIndex { Int($0) != nil }
    return words.prefix(number.map { $0 + 1 } ?? max(1, min(2, words.count - 1))).joined(separator: ".")
  }

  private mutating func add(_ part: String, _ value: Tensor, _ combination: Combination, _ turn: Turn) {
    let name = turn.name == ModelRole.student ? part : "\(turn.name).\(part)"
    if let index = entries.firstIndex(where: { $0.name == name }) {
      entries[index].values.append(value)
    } else {
      entries.append((name, combination, [value]))
    }
  }

  /// The sum that was differentiated (`loss`), its parts and the objective's notes, in order of first appearance.
  ///
  /// Turns other than the student's are named in front: `teacher.loss`.
  public var numbers: [(name: String, value: Double)] {
    entries.map { entry in
      let values = entry.values.map { Double($0.item) }
      return switch entry.combination {
      case .sum: (entry.name, values.reduce(0, +))
      case .minimum: (entry.name, values.min() ?? .nan)
      case .maximum: (entry.name, values.max() ?? .nan)
      }
    }
  }

  /// One of ``numbers``.
  public subscript(name: String) -> Double? { numbers.first { $0.name == name }?.value }
}
