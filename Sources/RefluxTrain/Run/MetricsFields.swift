import RefluxCore
import RefluxIO

extension StepLog {
  /// The fields of a step's line: every loss part and note, learning rate, gradient norm, counts and time.
  var fields: [(String, JSON)] {
    func named(_ key: String, _ values: [(name: String, value: Double)]) -> [(String, JSON)] {
      values.map { ($0.name == ModelRole.student ? key : "\($0.name).\(key)", .number($0.value)) }
    }
    return numbers.map { ($0.name, .number($0.value)) } + named("learning_rate", learningRates)
      + named("grad_norm", gradientNorms)
      + layerGradientNorms.map { module, layers in
        let key = module == "student" ? "layer_grad_norms" : "\(module).layer_grad_norms"
        return (key, .object(JSONObject(layers.map { ($0.name, .number($0.value)) })))
      }
      + [("examples", .integer(examples)), ("tokens", .integer(tokens)), ("seconds", .number(seconds))]
  }
}

extension SplitScores {
  /// The fields of an evaluation's line, such as `eval_loss` and `eval_accuracy`.
  var fields: [(String, JSON)] {
    [("split", .string(split.rawValue))] + named { "eval_\($0)" }
  }

  /// With the split in the names of all splits but the first: `eval_validation-mismatched_accuracy`.
  func summary(isFirst: Bool) -> [(String, JSON)] {
    named { isFirst ? "eval_\($0)" : "eval_\(split.rawValue)_\($0)" }
  }

  private func named(_ name: (String) -> String) -> [(String, JSON)] {
    (loss.map { [(name("loss"), .number($0))] } ?? []) + scores.map { (name($0.name), .number($0.value)) }
      + [(name("samples"), .integer(examples))] + (questions.map { [(name("questions"), .integer($0))] } ?? [])
  }
}
