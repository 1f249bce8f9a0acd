import RefluxCore
import RefluxTesting
import RefluxTrain
import Testing

@testable import reflux

/// Mistakes that only more than one option, or a file, shows: what is blamed, and where.
@Suite struct PlaceTests {
  private let registry: Registry
  init() throws { registry = try BuiltIn.registry() }

  private func complaint(_ text: String, _ overrides: String..., builds: Bool = false) throws -> String? {
    do {
      let recipe = try Recipe(text, name: "r.yaml", overrides: overrides, registry)
      if builds { _ = try recipe.build(on: ReferenceBackend.shared) }
      return nil
    } catch let error as RecipeError { return error.description }
  }

  private static let bert = """
    task: agreement
    model: { type: bert, layers: 1, hidden_size: 8, heads: 2, vocabulary_size: 60 }

    """

  @Test func ofTwoOptionsTheCommandLinesIsBlamed() throws {
    #expect(
      try complaint(Self.bert + "method: dynsdpb\n", "method.maximum_temperature=0.05") == """
        command line:1:28: error: method.maximum_temperature: scheduler 'uncertainty': minimum_temperature (0.1) must \
        not be above maximum_temperature (0.05)
          1 | method.maximum_temperature=0.05
            |                            ^^^^
        """)
    #expect(
      try complaint(Self.bert + "method: { type: dynsdpb, maximum_temperature: 0.05 }") == """
        r.yaml:3:47: error: method.maximum_temperature: scheduler 'uncertainty': minimum_temperature (0.1) must not be \
        above maximum_temperature (0.05)
          3 | method: { type: dynsdpb, maximum_temperature: 0.05 }
            |                                               ^^^^
        """)
  }

  @Test func whatAFileContradictsIsBlamed() throws {
    let model = fixture("bert/model")
    let text = "task: agreement\nmodel: { type: bert, checkpoint: \"\(model)\" }\nmethod: finetune\n"
    #expect(
      try complaint(text, "model.layers=9", builds: true) == """
        command line:1:14: error: model.layers: layers is 9, and \(model) has 2
          1 | model.layers=9
            |              ^
        """)
    #expect(
      try complaint(text.replacing("type: bert", with: "type: auto, layers: 9"), builds: true)?.hasPrefix(
        "r.yaml:2:30: error: model.layers: layers is 9, and \(model) has 2\n") == true)
  }

  @Test func anAlignerMustFitWhatTheTaskPredicts() throws {
    for (method, aligner, task, predicts, others) in [
      ("dlb", "vocabulary-map", "agreement", "classes", "automatic, identity"),
      ("dynsdpb", "tokenwise", "{ type: stsb, data: . }", "numbers", "automatic, identity"),
      ("dlb", "identity", "{ type: gsm8k, data: . }", "text", "automatic, tokenwise, vocabulary-map"),
    ] {
      let text = Self.bert.replacing("agreement", with: task) + "method: { type: \(method), aligner: \(aligner) }"
      let suits = predicts == "text" ? "classes, numbers and choices" : "text"
      let start = "method: { type: \(method), aligner: ".count
      #expect(
        try complaint(text)?.hasPrefix(
          """
          r.yaml:3:\(start + 1): error: method.aligner: the aligner '\(aligner)' is for \(suits), and the task predicts \
          \(predicts); for these there are: \(others)

          """) == true)
    }
    for aligner in ["automatic", "identity"] {
      #expect(try complaint(Self.bert + "method: { type: dlb, aligner: \(aligner) }") == nil)
    }
  }

  @Test func metricsAreChecked() throws {
    let text = """
      task: { type: text-classification, train: t.csv, metrics: [accuracy] }
      model: { type: bert, layers: 1, hidden_size: 8, heads: 2, vocabulary_size: 60 }
      method: finetune
      """
    #expect(try complaint(text) == nil)
    #expect(
      try complaint(text, "task.metrics=[token-likelihood]") == """
        command line:1:15: error: task.metrics.0: 'token-likelihood' scores text, and the task predicts classes
          1 | task.metrics=[token-likelihood]
            |               ^^^^^^^^^^^^^^^^
        """)
  }

  @Test func aMistypedTypeIsRecognised() throws {
    let text = "task: agreement\nmodel: { typ: bert, layers: -3 }\nmethod: finetune\n"
    let models = registry.components(ofKind: "model").map(\.name).joined(separator: ", ")
    #expect(
      try complaint(text) == """
        r.yaml:2:10: error: model: this model needs a 'type', one of: \(models)
          2 | model: { typ: bert, layers: -3 }
            |          ^^^ did you mean 'type'?
        """)
  }

  // The model would have to be downloaded, and there is none of that name.
  @Test func filesAreLookedForBeforeModelsAre() throws {
    let text = """
      task: { type: rte, data: /none }
      model: { type: bert, checkpoint: /nowhere }
      method: finetune
      """
    #expect(
      try complaint(text, builds: true) == """
        r.yaml:1:26: error: task.data: /none: the train split of 'rte' is not here; looked for RTE/train.tsv, train.tsv, \
        RTE/train.jsonl, train.jsonl
          1 | task: { type: rte, data: /none }
            |                          ^^^^^
        """)
  }

  /// What self-training labels, and the batches that a sampler replays.
  @Test func everyFileIsLookedForBeforeModelsAre() throws {
    try withTemporaryDirectory { directory in
      let rows = "\(directory)/rows.csv"
      try "text,label\na,x\nb,y\n".write(toFile: rows, atomically: true, encoding: .utf8)
      let task = "task: { type: text-classification, train: \"\(rows)\", validation: \"\(rows)\" }"
      let text = "\(task)\nmodel: { type: bert, checkpoint: /nowhere }\nmethod: self-training\n"
      #expect(
        try complaint(text, "task.unlabeled=/none.csv", builds: true) == """
          command line:1:16: error: task.unlabeled: /none.csv: cannot be opened: No such file or directory
            1 | task.unlabeled=/none.csv
              |                ^^^^^^^^^
          """)
      #expect(
        try complaint(text, builds: true)?.hasPrefix(
          """
          r.yaml:1:15: error: the task 'text-classification' has no unlabeled file: add 'unlabeled: FILE' to it

          """) == true)
      #expect(
        try complaint(text, "method=finetune", "train.sampler={ type: listed, file: /none.json }", builds: true) == """
          command line:2:37: error: /none.json: cannot be opened: No such file or directory
            2 | train.sampler={ type: listed, file: /none.json }
              |                                     ^^^^^^^^^^
          """)
    }
  }

  @Test func whatSelfTrainingMakesMustFitTheTask() throws {
    let classes = Self.bert + "method: { type: self-training, data: sampled-solutions }"
    #expect(
      try complaint(classes) == """
        r.yaml:3:38: error: method.data: the round-data 'sampled-solutions' is for text, and the task predicts classes; \
        for these there are: pseudo-labels
          3 | method: { type: self-training, data: sampled-solutions }
            |                                      ^^^^^^^^^^^^^^^^^
        """)
    let text = """
      task: { type: gsm8k, data: . }
      model: { type: llama, checkpoint: /nowhere }
      method: self-training

      """
    #expect(
      try complaint(text)?.hasPrefix(
        "r.yaml:3:9: error: strategy.data: the round-data 'pseudo-labels' is for classes and choices, and the task "
          + "predicts text; for these there are: sampled-solutions\n") == true)
    let solutions = "method={ type: self-training, data: sampled-solutions }"
    #expect(try complaint(text, solutions) == nil)
    #expect(
      try complaint(text, solutions, "task={ type: text-generation, train: t.jsonl }") == """
        command line:1:37: error: method.data: the round-data 'sampled-solutions' checks the answers to questions, and \
        the task 'text-generation' knows no answers
          1 | method={ type: self-training, data: sampled-solutions }
            |                                     ^^^^^^^^^^^^^^^^^
        """)
  }

  /// `check` says so; a run does when it knows how many steps it has.
  @Test func stepsAboveTheLastAreNoted() throws {
    let text = Self.bert + "method: dlb\ntrain: { max_steps: 50, warmup_steps: 51, save_every: 50 }\n"
    #expect(
      try Recipe(text, name: "r.yaml", registry).idle.map { $0.described(as: "note") } == [
        """
        r.yaml:4:39: note: train.warmup_steps: is 51, above max_steps, which is 50
          4 | train: { max_steps: 50, warmup_steps: 51, save_every: 50 }
            |                                       ^^
        """
      ])
    let overrides = ["train.evaluate_every=60", "train.save_every=10m", "train.warmup_steps=50"]
    #expect(
      try Recipe(text, name: "r.yaml", overrides: overrides, registry).idle.map { $0.described(as: "note") } == [
        """
        command line:1:22: note: train.evaluate_every: is 60, above max_steps, which is 50
          1 | train.evaluate_every=60
            |                      ^^
        """
      ])
  }
}
