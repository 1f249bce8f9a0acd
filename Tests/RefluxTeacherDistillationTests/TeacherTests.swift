import RefluxBasics
import RefluxCore
import RefluxLosses
import RefluxSelfDistillation
import RefluxTeacherDistillation
import RefluxTesting
import Testing

@Suite("Distillation from a teacher")
struct TeacherTests {
  let plugins: [any Plugin.Type] = [
    BasicsPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self, TeacherDistillationPlugin.self,
  ]
  // Fixture A of the method cards: the previous logits are the teacher's.
  let teacher: [[Float]] = [[2.0, 0.5, -1.0], [0.1, 0.2, 0.3]]
  let student: [[Float]] = [[1.5, 1.0, -0.5], [0.0, 0.4, 0.1]]
  let task = LogitTableTask(classes: [0, 2], of: 3)

  func step(_ recipe: String, teacher: [[Float]]? = nil) throws -> ObjectiveBench.Result {
    let objective = try component(recipe, as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, task, student: student, teacher: teacher ?? self.teacher)
    try bench.prepare()
    return try bench.step(new: [0, 1])
  }

  private static let fixtureA: [(options: String, expected: Double)] = [
    ("scheduler: { type: constant, temperature: 2 }", 0.46831975),
    ("alpha: 1, scheduler: { type: constant, temperature: 1 }", 0.05722390),
    ("alpha: 1, scheduler: { type: constant, temperature: 2 }, loss: { type: kl, form: soft-ce }", 4.13332798),
    ("mix: additive, scheduler: { type: constant, temperature: 2 }", 0.90208371),
    (
      "mix: additive, alpha: 1, scheduler: { type: constant, temperature: 2 }, loss: { type: kl, reduction: element-mean }",
      0.89056512
    ), ("mix: additive, alpha: 1, loss: mse", 1.00752793),
  ]

  @Test(arguments: fixtureA) func theCardsNumbers(options: String, expected: Double) throws {
    let result = try step("{ type: teacher, \(options) }")
    #expect(abs(try #require(result.numbers["loss"]) - expected) < 2e-6)
    #expect(abs(try #require(result.numbers["ce"]) - 0.86752793) < 1e-6)
  }

  // R11
  @Test func withoutAlphaItIsFinetuning() throws {
    let (kd, finetune) = (try step("{ type: teacher, alpha: 0 }"), try step("supervised"))
    #expect(kd.numbers["loss"] == finetune.numbers["loss"])
    #expect(kd.gradient == finetune.gradient)
  }

  @Test func aTeacherLikeTheStudentTeachesNothing() throws {
    let result = try step("{ type: teacher, alpha: 1 }", teacher: student)
    #expect(abs(try #require(result.numbers["loss"])) < 1e-6)
    #expect(result.gradient.joined().allSatisfy { abs($0) < 1e-6 })
  }

  @Test func aCertainTeacherTeachesTheLabels() throws {
    let certain: [[Float]] = [[90, 0, 0], [0, 0, 90]]
    let result = try step(
      "{ type: teacher, alpha: 1, scheduler: { type: constant, temperature: 1 } }", teacher: certain)
    let (loss, ce) = (try #require(result.numbers["loss"]), try #require(result.numbers["ce"]))
    #expect(abs(loss - ce) < 1e-6)
  }

  // T (softmax of the student - softmax of the teacher) / B, the handy gradient of the cards' section 0.
  @Test func gradient() throws {
    let result = try step("{ type: teacher, alpha: 1, scheduler: { type: constant, temperature: 2 } }")
    let student = [[0.465835567, 0.362793105, 0.171371328], [0.305560543, 0.373212490, 0.321226967]]
    let teacher = [[0.589797664, 0.278600689, 0.131601647], [0.316812409, 0.333055729, 0.350131861]]
    for (row, values) in result.gradient.enumerated() {
      for (column, value) in values.enumerated() {
        let expected = student[row][column] - teacher[row][column]
        #expect(abs(Double(value) - expected) < 1e-6)
      }
    }
  }

  @Test func scoresAreComparedBySquaredError() throws {
    let objective = try component("{ type: teacher, alpha: 0.25 }", as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(scores: [1, 2]), student: [[2], [2]], teacher: [[0], [2]])
    let result = try bench.step(new: [0, 1])
    #expect(result.numbers["mse"] == 0.5)
    #expect(result.numbers["kd"] == 2)
    #expect(result.numbers["loss"] == 0.875)
  }

  @Test func convexMixturesStopAtOne() {
    #expect(
      thrownMessage { try component("{ type: teacher, alpha: 1.5 }", as: (any Objective).self, from: plugins) }
        == "objective 'teacher': alpha must be at most 1 with mix: convex, but is 1.5; or set mix: additive")
  }

  @Test func aTeacherOfOtherOutputsIsRefused() throws {
    #expect(
      thrownMessage { try step("teacher", teacher: [[0, 0], [0, 0]]) } == "the teacher has 2 outputs and the student 3")
  }

  @Test func classesInAnotherOrderAreRefused() throws {
    var card = LogitTable(teacher).card
    card.labels = ["class 1", "class 0", "class 2"]
    #expect(
      thrownMessage { try prepare(student: LogitTable(student).card, teacher: card) } == """
        the teacher's classes are class 1, class 0, class 2, the task's class 0, class 1, class 2; \
        they must be the same in the same order, or set check_labels: false if only their names differ
        """)
    #expect(
      thrownMessage {
        try prepare("{ type: teacher, check_labels: false }", student: LogitTable(student).card, teacher: card)
      } == nil)
    card.labels = ["LABEL_0", "LABEL_1", "LABEL_2"]
    #expect(thrownMessage { try prepare(student: LogitTable(student).card, teacher: card) } == nil)
  }

  @Test func aTeacherWithAFreshHeadIsRefused() throws {
    var card = LogitTable(teacher).card
    card.hasFreshHead = true
    card.notes = ["2 tensors are missing"]
    #expect(
      thrownMessage { try prepare(student: LogitTable(student).card, teacher: card) }
        == "the teacher has no trained head for this task: 2 tensors are missing")
  }

  // The head bears the task's names, but was trained for the checkpoint's.
  @Test func theCheckpointsClassesAreCompared() throws {
    var card = LogitTable(teacher).card
    card.labels = ["class 0", "class 1", "class 2"]
    card.checkpointLabels = ["class 1", "class 0", "class 2"]
    #expect(
      thrownMessage { try prepare(student: LogitTable(student).card, teacher: card) } == """
        the teacher's classes are class 1, class 0, class 2, the task's class 0, class 1, class 2; \
        they must be the same in the same order, or set check_labels: false if only their names differ
        """)
  }

  func prepare(
    _ recipe: String = "teacher", student: ModelCard, teacher: ModelCard,
    tokenizer: @escaping (String) -> (any Tokenizer)? = { _ in nil }
  ) throws {
    let objective = try component(recipe, as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, task, student: self.student, teacher: self.teacher)
    bench.student.card = student
    bench.teacher?.card = teacher
    try bench.prepare(tokenizer: tokenizer)
  }
}
