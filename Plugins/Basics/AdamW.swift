import RefluxCore

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as `torch.optim.AdamW` does it.
///
/// Biases and the weights of normalisations do not decay, as in transformers. Weights and moments are written in place.
struct AdamW: Optimizer {
  static let name = "adamw"
  static let summary = "Adam with decoupled weight decay."
  struct Options: ComponentOptions {
    @Option("The peak learning rate.", in: 0...10, aliases: ["lr"]) var learningRate: Float = 2e-5
    @Option("How slowly the mean gradient forgets.", in: 0...0.999_999, aliases: ["adam_beta1"]) var beta1: Float = 0.9
    @Option("How slowly the mean squared gradient forgets.", in: 0...0.999_999, aliases: ["adam_beta2"]) var beta2:
      Float = 0.999
    @Option("Added to the root of the mean squared gradient, which divides.", in: 0...1, aliases: ["adam_epsilon"])
    var epsilon: Float = 1e-8
    @Option("How much of a weight is taken off at each step, as a multiple of the learning rate.", in: 0...1000)
    var weightDecay: Float = 0.01
    @Option("Weights whose name contains one of these, in any case, do not decay.") var noDecay = ["bias", "norm"]
  }

  let options: Options
  private var decay: DecayRule
  /// By module and parameter: `student.classifier.weight`.
  private var moments: [String: Moments] = [:]

  init(_ options: Options, _: inout BuildContext) {
    (self.options, decay) = (options, DecayRule(sparing: options.noDecay))
  }

  var learningRate: Float { options.learningRate }

  mutating func update(
    _ module: inout any Module, named owner: String, along gradient: Parameters, rate: Float, gradientScale: Float
  ) {
    // Moved out while the walk holds them, so that nothing shares them and they can be written in place.
    var (moments, decay) = (moments, decay)
    self.moments = [:]
    module.updateParameters { [options] name, weight in
      guard let slope = gradient[name] else { return }
      // What learns is kept in single precision: 16 bits would swallow small steps.
      if weight.dtype.size < 4 { weight = weight.converted(to: .float32).detached }
      let step = AdamWStep(
        learningRate: options.learningRate * rate, beta1: options.beta1, beta2: options.beta2,
        epsilon: options.epsilon, weightDecay: decay.decays(name) ? options.weightDecay : 0, step: 0,
        gradientScale: gradientScale)
      moments[owner + "." + name, default: Moments(like: weight, slope)].move(&weight, along: slope, step)
    }
    (self.moments, self.decay) = (moments, decay)
  }

  func state() -> RunState { .map(moments.mapValues(\.state)) }
  mutating func restore(_ state: RunState) throws { moments = try state.map().mapValues(Moments.init) }
}

/// What AdamW remembers about one parameter.
private struct Moments {
  /// Steps taken, for the bias corrections.
  var steps = 0
  var mean: Tensor
  var square: Tensor
  /// Of a table whose gradients have had few rows that are not zero: the rows that were not always.
  ///
  /// The others have no moments and only decay, to the same bits as if they were worked out.
  private var activeRows: [Bool]?

  init(like weight: Tensor, _ gradient: Tensor) {
    let (shape, backend) = (weight.shape, weight.backend)
    if gradient.filledRows != nil {
      mean = .zeroTable(shape, weight.dtype, on: backend)
      square = .zeroTable(shape, weight.dtype, on: backend)
      activeRows = [Bool](repeating: false, count: shape[0])
    } else {
      mean = .zeros(shape, weight.dtype, on: backend)
      square = .zeros(shape, weight.dtype, on: backend)
    }
  }

  init(_ state: RunState) throws {
    steps = try state.entry("steps").integer()
    (mean, square) = (try state.entry("mean").tensor(), try state.entry("square").tensor())
    guard mean.rank == 2, square.shape == mean.shape else { return }
    activeRows = (mean.abs() + square).max([-1]).floats.map { $0 != 0 }
  }

  var state: RunState { .map(["steps": .integer(steps), "mean": .tensor(mean), "square": .tensor(square)]) }

  mutating func move(_ weight: inout Tensor, along gradient: Tensor, _ step: AdamWStep) {
    steps += 1
    var step = step
    step.step = steps
    let backend = weight.backend
    if let filled = gradient.filledRows, step.epsilon > 0 {
      for row in filled { activeRows?[Int(row)] = true }
    } else {
      activeRows = nil
    }
    if mean.backend !== backend { (mean, square) = (moved(mean, to: backend), moved(square, to: backend)) }
    weight.withUniqueStorage { weight in
      mean.withUniqueStorage { mean in
        square.withUniqueStorage { square in
          if let activeRows {
            backend.adamW(
              step, weight: weight, gradient: gradient.storage, mean: mean, square: square, isActive: activeRows)
          } else {
            backend.adamW(step, weight: weight, gradient: gradient.storage, mean: mean, square: square)
          }
        }
      }
    }
  }

  private func moved(_ moments: Tensor, to backend: any Backend) -> Tensor {
    guard let activeRows else { return moments.moved(to: backend) }
    let ids = Tensor(ids: activeRows.indices.filter { activeRows[$0] }.map(Int32.init))
    return moments.rows(ids).moved(to: backend).scatteredRows(ids, height: activeRows.count, sparsely: true)
  }
}
