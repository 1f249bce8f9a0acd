import RefluxCore
import RefluxTrain
import Testing

@testable import reflux

@Suite struct RecipeTests {
  let registry: Registry
  init() throws { registry = try BuiltIn.registry() }

  static let start = """
    task: { type: rte, data: glue }
    model: { type: bert, checkpoint: DIR, layers: 6 }

    """

  private func recipe(_ text: String, _ overrides: String...) throws -> Recipe {
    try Recipe(Self.start + text, name: "r.yaml", overrides: overrides, registry)
  }

  @Test func shortFormSpellsOut() throws {
    let recipe = try recipe(
      """
      seed: 7
      method: { type: dynsdpb, alpha: 0.5, temperature: 2, order: sequential }
      train: { epochs: 5, batch_size: 16, learning_rate: 3e-5, warmup_ratio: 0.1, schedule: cosine }
      output: runs/x
      """)
    #expect(recipe.seed == 7 && recipe.method == "dynsdpb" && recipe.output == "runs/x")
    #expect(recipe.models.map(\.role) == ["student"])
    let strategy = try #require(recipe.resolved["strategy"])
    let objective = try #require(strategy["objective"])
    #expect(strategy["type"]?.text == "single" && objective["type"]?.text == "previous-batch")
    #expect(objective["alpha"]?.text == "0.5" && objective["scheduler"]?["temperature"]?.text == "2.0")
    #expect(objective["scheduler"]?["type"]?.text == "uncertainty" && objective["loss"]?["type"]?.text == "kl")
    let train = try #require(strategy["train"])
    #expect(train["sampler"]?["type"]?.text == "carry-over" && train["sampler"]?["order"]?.text == "sequential")
    #expect(train["sampler"]?["batch_size"]?.text == "16" && train["epochs"]?.text == "5")
    #expect(train["optimizer"]?["type"]?.text == "adamw" && train["optimizer"]?["learning_rate"]?.text == "3e-05")
    #expect(train["schedule"]?["type"]?.text == "cosine" && train["schedule"]?["warmup_ratio"]?.text == "0.1")
  }

  @Test func everyPartCanBeReplaced() throws {
    let recipe = try recipe(
      """
      method: { type: dynsdpb, scheduler: constant, loss: { type: kl }, sampler: { epoch_boundary: reset } }
      strategy: { objective: { alpha: 2 } }
      """, "method.aligner=identity", "train.sampler.batch_size=8")
    let strategy = try #require(recipe.resolved["strategy"])
    #expect(strategy["objective"]?["scheduler"]?["type"]?.text == "constant")
    #expect(strategy["objective"]?["alpha"]?.text == "2.0")
    #expect(strategy["train"]?["sampler"]?["epoch_boundary"]?.text == "reset")
    #expect(strategy["train"]?["sampler"]?["batch_size"]?.text == "8")
  }

  /// Wherever in the mapping a component is named: its options may stand before it, and those of the old one are gone.
  @Test(arguments: [
    "scheduler: uncertainty, minimum_temperature: 1, temperature: 5",
    "minimum_temperature: 1, temperature: 5, scheduler: uncertainty",
    "temperature: 5, scheduler: { type: uncertainty, minimum_temperature: 1 }",
    "minimum_temperature: 1, temperature: 5, scheduler: { type: uncertainty }, objective: { type: previous-batch }",
  ])
  func optionsOfANamedComponentStandBesideIt(_ options: String) throws {
    let recipe = try recipe("method: { type: dlb, \(options) }")
    let scheduler = recipe.resolved["strategy"]?["objective"]?["scheduler"]
    #expect(scheduler?["type"]?.text == "uncertainty" && scheduler?["temperature"]?.text == "5.0")
    #expect(scheduler?["minimum_temperature"]?.text == "1.0")
  }

  @Test func selfTrainingTakesAnyMethod() throws {
    let recipe = try recipe(
      "method: { type: self-training, rounds: 2, threshold: 0.8, method: { type: dynsdpb, alpha: 3 } }")
    let strategy = try #require(recipe.resolved["strategy"])
    #expect(strategy["type"]?.text == "self-training" && strategy["rounds"]?.text == "2")
    #expect(strategy["data"]?["confidence"]?.text == "0.8" && strategy["objective"]?["alpha"]?.text == "3.0")
    #expect(strategy["train"]?["sampler"]?["type"]?.text == "carry-over")
    #expect(recipe.notes.map(\.message) == ["'threshold' is read as 'confidence'"])
  }

  @Test func doubleFinetuneDoublesWhateverIsSaid() throws {
    let train = try recipe("method: double-finetune\ntrain: { epochs: 3 }").resolved["strategy"]?["train"]
    #expect(train?["epochs"]?.text == "3" && train?["epoch_factor"]?.text == "2")
  }

  @Test(arguments: ["finetune", "double-finetune", "dynamic-finetune", "dlb", "dynsdpb", "kd", "self-training"])
  func resolvedRecipesReadBackTheSame(_ method: String) throws {
    let teacher = method == "kd" ? "models: { teacher: { type: bert, checkpoint: OTHER } }\n" : ""
    let recipe = try recipe("\(teacher)method: \(method)\noutput: 'no'\ntrain: { save_every: 10m }")
    let again = try Recipe(recipe.resolvedText, name: "again.yaml", registry)
    #expect(again.resolvedText == recipe.resolvedText)
    #expect(again.output == "no")
  }

  @Test func overridesWinOverOtherSpellings() throws {
    let recipe = try recipe(
      "method: finetune\ntrain: { num_train_epochs: 3, lr: 1 }", "train.epochs=4", "train.learning_rate=.5")
    #expect(recipe.resolved["strategy"]?["train"]?["epochs"]?.text == "4")
    #expect(recipe.resolved["strategy"]?["train"]?["optimizer"]?["learning_rate"]?.text == "0.5")
  }

  @Test(arguments: [
    ("temperature: 2", "method.scheduler.temperature=5"), ("scheduler: { temperature: 2 }", "method.temperature=5"),
    ("temperature: 2", "method.temperature=5"),
  ])
  func overridesWinOverOtherPlaces(_ options: String, _ override: String) throws {
    let recipe = try recipe("method: { type: dlb, \(options) }", override)
    #expect(recipe.resolved["strategy"]?["objective"]?["scheduler"]?["temperature"]?.text == "5.0")
  }
}
