import RefluxCore
import RefluxIO
import Testing

/// Steps of AdamW that PyTorch took in double precision: `train.json` of a fixture.
public struct TrainingTrace {
  private let json: JSON
  private let losses, norms: [Double]
  /// The samples of each step.
  private let batches: [[JSON]]

  public init(_ path: String) throws {
    json = try JSON(contentsOf: path)
    losses = try #require(json["f64"]?["loss"]).numbers
    norms = try #require(json["f64"]?["grad_norm"]).numbers
    let pool = try #require(json["pool"]?.array)
    batches = try #require(json["batches"]?.array).map { $0.numbers.map { pool[Int($0)] } }
  }

  /// What the trace says of a parameter after the last step.
  public func final(_ name: String) -> JSON? { json["final_f64"]?[name] }

  /// Takes the steps, gradients clipped to a length of 1, and compares losses and gradients.
  ///
  /// - Returns: The model after the last step.
  public func follow(
    _ start: any Model, _ optimizer: any Optimizer, _ schedule: any LearningRateSchedule, lossTolerance: Double,
    _ loss: (any Model, [JSON]) throws -> Tensor
  ) throws -> any Module {
    var (optimizer, trained): (any Optimizer, any Module) = (optimizer, start)
    var progress = Progress(totalSteps: batches.count)
    for (index, samples) in batches.enumerated() {
      let model = try #require(trained as? any Model)
      let (value, gradient) = try valueAndGradient(of: model) { try loss($0, samples) }
      let norm = gradient.norm
      #expect(abs(Double(value.item) - losses[index]) < lossTolerance, "loss of step \(index)")
      #expect(abs(norm - norms[index]) < 1e-4 * norms[index], "gradient of step \(index)")
      optimizer.update(
        &trained, named: ModelRole.student, along: gradient, rate: schedule.factor(progress),
        gradientScale: Float(min(1, 1 / (norm + 1e-6))))
      progress.step += 1
    }
    return trained
  }
}
