import RefluxCore
import RefluxTasks
import Testing

/// Which metrics score what, told when a recipe is read: nothing is built here.
@Suite struct MetricKindTests {
  private static let metrics: [(name: String, scores: String)] = [
    ("accuracy", "classes and choices"), ("f1", "classes and choices"), ("macro-f1", "classes and choices"),
    ("matthews", "classes and choices"), ("pearson", "numbers"), ("spearman", "numbers"),
    ("token-accuracy", "text"), ("token-likelihood", "text"),
  ]
  private static let tasks: [(name: String, predicts: String)] = [
    ("text-classification", "classes"), ("text-regression", "numbers"), ("text-generation", "text"),
  ]
  private let registry: Registry
  init() throws { registry = try Registry([TasksPlugin.self]) }

  private func problems(_ recipe: String) throws -> [Problem] {
    do {
      _ = try Blueprint<any Task>(RecipeNode.parse(recipe, name: "r.yaml"), OptionScope(registry))
      return []
    } catch let error as RecipeError { return error.problems }
  }

  @Test func everyMetricIsListedHere() {
    #expect(registry.components(ofKind: "metric").map(\.name) == Self.metrics.map(\.name).sorted())
  }

  @Test func everyPair() throws {
    for task in Self.tasks {
      for metric in Self.metrics {
        let found = try problems("{ type: \(task.name), train: t.csv, metrics: [\(metric.name)] }")
        let fits = metric.scores.contains(task.predicts)
        #expect(
          found.map(\.message)
            == (fits ? [] : ["'\(metric.name)' scores \(metric.scores), and the task predicts \(task.predicts)"]))
      }
    }
  }

  @Test func eachWrongOneIsMarked() throws {
    let found = try problems(
      "{ type: text-classification, train: t.csv, metrics: [f1, token-accuracy, { type: pearson }] }")
    #expect(
      found.map(\.description) == [
        """
        r.yaml:1:58: error: metrics.1: 'token-accuracy' scores text, and the task predicts classes
          1 | { type: text-classification, train: t.csv, metrics: [f1, token-accuracy, { type: pearson }] }
            |                                                          ^^^^^^^^^^^^^^
        """,
        """
        r.yaml:1:82: error: metrics.2: 'pearson' scores numbers, and the task predicts classes
          1 | { type: text-classification, train: t.csv, metrics: [f1, token-accuracy, { type: pearson }] }
            |                                                                                  ^^^^^^^
        """,
      ])
  }

  /// Tasks that need something else than `data`, or nothing.
  private static let recipes = [
    "agreement": "agreement", "text-classification": "{ type: text-classification, validation: v.csv, labels: [a, b] }",
    "text-regression": "{ type: text-regression, validation: v.csv }",
    "text-generation": "{ type: text-generation, validation: v.csv }",
  ]

  // What a task says before it is built is what it predicts.
  @Test func formsAreThoseOfThePredictions() throws {
    for name in registry.components(ofKind: "task").map(\.name) {
      let recipe = Self.recipes[name] ?? "{ type: \(name), data: . }"
      let blueprint = try Blueprint<any Task>(RecipeNode.parse(recipe, name: "r.yaml"), OptionScope(registry))
      let form = try #require(blueprint.component as? any Task.Type).form
      #expect(form == (try task(recipe, in: ".")).prediction.form)
    }
  }
}
