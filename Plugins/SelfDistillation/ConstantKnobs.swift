import RefluxCore

/// The same temperature at every step and every example counts alike: DLB, and Hinton's distillation.
struct ConstantKnobs: DynamicScheduler {
  static let name = "constant"
  static let summary = "The same temperature for every example and step (DLB)."
  struct Options: ComponentOptions {
    @Option("Softens both predictions before they are compared; its square multiplies the loss.", in: 0.01...1000)
    var temperature: Float = 3
  }

  let temperature: Float
  var looksAtOutputs: Bool { false }
  init(_ options: Options, _: inout BuildContext) { temperature = options.temperature }

  func knobs(_ signal: ScheduleSignal) -> Knobs {
    let backend = signal.student.backend
    return Knobs(
      weight: Tensor(1, on: backend), temperature: Tensor(temperature, on: backend),
      temperatureFactor: Tensor(temperature * temperature, on: backend))
  }
}
