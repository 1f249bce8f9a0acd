import RefluxCore

/// Stochastic gradient descent as `torch.optim.SGD` does it; weights and directions are written in place.
struct SGD: Optimizer {
  static let name = "sgd"
  static let summary = "Gradient descent with momentum, Nesterov's or the ordinary one."
  struct Options: ComponentOptions {
    @Option("The peak step length.", in: 0...1000, aliases: ["lr"]) var learningRate: Float = 0.1
    @Option("How much of the last direction is kept.", in: 0...1) var momentum: Float = 0
    @Option("Whether to look ahead along the momentum (Nesterov).") var nesterov = false
    @Option("Adds so much of the weight to its gradient.", in: 0...1000) var weightDecay: Float = 0
    @Option("Weights whose name contains one of these, in any case, do not decay.") var noDecay: [String] = []
    func validate() throws {
      if nesterov && momentum == 0 { throw RecipeError("nesterov: true needs a momentum above 0") }
    }
  }

  let options: Options
  private var decay: DecayRule
  /// The direction of the last step, by module and parameter.
  private var directions: [String: Tensor] = [:]

  init(_ options: Options, _: inout BuildContext) {
    (self.options, decay) = (options, DecayRule(sparing: options.noDecay))
  }

  var learningRate: Float { options.learningRate }

  mutating func update(
    _ module: inout any Module, named owner: String, along gradient: Parameters, rate: Float, gradientScale: Float
  ) {
    // Moved out while the walk holds them, so that nothing shares them and they can be written in place.
    var (directions, decay) = (directions, decay)
    self.directions = [:]
    module.updateParameters { [options] name, weight in
      guard var direction = gradient[name] else { return }
      if gradientScale != 1 { direction = direction * gradientScale }
      if options.weightDecay != 0, decay.decays(name) { direction += weight.detached * options.weightDecay }
      if options.momentum != 0 {
        let key = owner + "." + name
        if var kept = directions.removeValue(forKey: key)?.moved(to: weight.backend) {
          kept.multiply(by: options.momentum)
          kept.add(direction)
          directions[key] = kept
          direction = options.nesterov ? direction + kept * options.momentum : kept
        } else {
          directions[key] = direction
          if options.nesterov { direction = direction + direction * options.momentum }
        }
      }
      weight.add(direction * -(options.learningRate * rate))
    }
    (self.directions, self.decay) = (directions, decay)
  }

  func state() -> RunState { .map(directions.mapValues(RunState.tensor)) }
  mutating func restore(_ state: RunState) throws { directions = try state.map().mapValues { try $0.tensor() } }
}
