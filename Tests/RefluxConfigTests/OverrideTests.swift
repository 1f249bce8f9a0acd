import RefluxConfig
import Testing

@Suite struct OverrideTests {
  static let recipe = """
    seed: 1
    model: { type: bert, layers: 6 }
    losses: [kl, { type: mse, scale: 2 }]
    train: { epochs: 3 }

    """

  private func overridden(_ overrides: String...) throws -> RecipeNode {
    try RecipeNode.parse(Self.recipe, name: "r.yaml").overridden(by: overrides)
  }

  @Test func setsAddsAndRemoves() throws {
    let changed = try overridden(
      "seed=7", "train.epochs=5", "train.sampler.batch_size=8", "losses.1.scale=.5", "losses.0=mae", "~model.layers",
      "output=runs/a b", "list=[1, 'x']", "nothing=")
    #expect(
      changed.yaml == """
        seed: 7
        model: { type: bert }
        losses: [mae, { type: mse, scale: .5 }]
        train:
          epochs: 5
          sampler: { batch_size: 8 }
        output: "runs/a b"
        list: [1, x]
        nothing: null

        """)
  }

  @Test func aNameBecomesAMapping() throws {
    let changed = try overridden("losses.0.temperature=2")
    #expect(changed["losses"]?.items?.first?.yaml == "type: kl\ntemperature: 2\n")
  }

  @Test func modelAndModelsStudentAreTheSame() throws {
    #expect(try overridden("models.student.layers=4")["model"]?["layers"]?.text == "4")
    let long = try RecipeNode.parse("models: { student: { type: bert } }", name: "r.yaml")
    #expect(try long.overridden(by: ["model.layers=4"])["models"]?["student"]?["layers"]?.text == "4")
  }

  @Test func marksPointIntoTheOverride() throws {
    let mark = try #require(try overridden("seed=2", "train.epochs= five")["train"]?["epochs"]?.mark)
    #expect(mark.source.name == "command line")
    #expect((mark.line, mark.column, mark.length) == (1, 14, 4))
  }

  @Test(arguments: [
    (
      "epochs",
      """
      command line:1:1: error: an override is written 'key.path=value' or '~key.path'
        1 | epochs
          | ^^^^^^
      """
    ),
    (
      "train..epochs=3",
      """
      command line:1:7: error: a key is missing in 'train..epochs'
        1 | train..epochs=3
          |       ^
      """
    ),
    (
      "losses.2=x",
      """
      command line:1:8: error: there is no item '2'; the list has items 0 to 1
        1 | losses.2=x
          |        ^
      """
    ),
    (
      "~train.epoch",
      """
      command line:1:8: error: there is no 'epoch' to remove
        1 | ~train.epoch
          |        ^^^^^ did you mean 'epochs'?
      """
    ),
    (
      "train={epochs: 1",
      """
      command line:1:7: error: this is not YAML: while parsing a flow mapping: did not find expected ',' or '}'
        1 | train={epochs: 1
          |       ^ this has no end
      """
    ),
  ])
  func explains(_ override: String, _ message: String) throws {
    let error = #expect(throws: RecipeError.self) { try overridden(override) }
    #expect(error?.description == message)
  }

  @Test func reportsAllOfThem() throws {
    let error = #expect(throws: RecipeError.self) { try overridden("x", "~y", "seed=3") }
    #expect(error?.problems.map(\.message).count == 2)
  }
}
