import RefluxBasics
import RefluxCore
import RefluxLosses
import RefluxSelfDistillation
import RefluxSelfTraining
import RefluxTesting

/// Three sums and one question that nobody knows the answer to.
struct SumTask: QuestionTask {
  static let name = "sums"
  static let summary = "Sums, for tests."
  let prediction = PredictionKind.text
  let answers = AnswerKind.number
  var rows: [(sum: String, answer: Double?)] = [("1+1", 2), ("2+2", 4), ("x", nil), ("600+634", 1234)]
  var tool: (any TextTool)?
  init() {}
  init(_: NoOptions, _: inout BuildContext) {}

  func examples(_: Split) -> [Example] {
    rows.map { sum, answer in
      let prompt = "Q: \(sum)\nA:"
      guard let answer else { return Example(rows: [.text(prompt)]) }
      return Example(rows: [.completion(prompt: prompt, response: " So. The answer is \(Int(answer)).")])
    }
  }

  func questions(_: Split) -> [Question] {
    rows.map { sum, answer in
      Question(
        prompt: "Q: \(sum)\nA:", hintPlace: 3 + sum.utf8.count, answer: answer.map(Answer.number),
        answerText: answer.map { "\(Int($0))" })
    }
  }
  func metrics() -> [any Metric] { [] }
}

extension NotedRunner {
  /// Runs self-training with sampled solutions; `write` says what is written after each of the prompts.
  func trainItself(
    _ options: String, rounds: Int = 1, finishing isFinished: Bool = true,
    _ write: @escaping (_ name: String, _ prompt: String) -> [String]
  ) throws {
    modules["student"] = LogitTable([[0, 0]])
    self.write = { name, prompts in prompts.map { write(name, $0).map { WrittenText($0, isFinished: isFinished) } } }
    let plugins: [any Plugin.Type] = [
      BasicsPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self, SelfTrainingPlugin.self,
    ]
    let recipe = "{ type: self-training, rounds: \(rounds), data: { type: sampled-solutions, \(options) } }"
    try component(recipe, as: (any Strategy).self, from: plugins).run(self)
  }

  /// The rows of a training as `prompt => response`.
  func trained(_ number: Int = 0) -> [String] {
    guard trainings.indices.contains(number) else { return [] }
    return (trainings[number].plan.data as? NotedDataset)?.examples.map {
      if case .completion(let prompt, let response)? = $0.rows.first { "\(prompt) => \(response)" } else { "?" }
    } ?? []
  }

  func numbers(_ round: Int = 1) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: (recorded["round \(round): kept"] ?? []).map { ($0.name, $0.value) })
  }
}

struct SilentTool: TextTool {
  let callEnd = "="
  func addition(to _: String) -> String? { nil }
}

/// Two right ones in three ways of writing, a wrong one, and one without an answer, whatever is asked.
func four(_ prompt: String) -> [String] {
  prompt.contains("1+1")
    ? [" One and one. The answer is 2.", " One  AND one.\nThe answer is 2.", " Two. The answer is 2.0", " Three."]
    : [" The answer is 5.", " Hm.", " The answer is 3.", " The answer is 1."]
}
