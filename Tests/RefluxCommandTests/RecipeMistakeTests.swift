import Foundation
import RefluxCore
import RefluxTrain
import Testing

@testable import reflux

/// What is said of recipes that cannot be carried out, word for word.
@Suite struct RecipeMistakeTests {
  let registry: Registry
  init() throws { registry = try BuiltIn.registry() }

  static let mistakes: [(String, String)] = [
    (
      "method: dynspdb\ntrain: { batch_size: 31 }",
      """
      r.yaml:3:9: error: method: no method is called 'dynspdb'; there are: dlb, double-finetune, dynamic-finetune, \
      dynsdpb, finetune, kd, self-training
        3 | method: dynspdb
          |         ^^^^^^^ did you mean 'dynsdpb'?
      r.yaml:4:22: error: train.batch_size: sampler 'carry-over': batch_size must be even, half repeated and half new, \
      but is 31; or set batch_counts: new-only
        4 | train: { batch_size: 31 }
          |                      ^^
      """
    ),
    (
      "methods: dlb",
      """
      r.yaml:1:1: error: a recipe needs 'method': how the student learns, one of dlb, double-finetune, \
      dynamic-finetune, dynsdpb, finetune, kd, self-training
        1 | task: { type: rte, data: glue }
          | ^
      r.yaml:3:1: error: a recipe has no option 'methods'; it takes: evaluation_batch_size, max_length, method, model, \
      models, output, seed, strategy, task, train
        3 | methods: dlb
          | ^^^^^^^ did you mean 'method'?
      """
    ),
    (
      "method: { type: dlb, alpha: -1 }\nmodels: { student: bert }",
      """
      r.yaml:3:29: error: method.alpha: must be from 0 to 1000, but is '-1'
        3 | method: { type: dlb, alpha: -1 }
          |                             ^^
      r.yaml:4:11: error: 'model' and 'models.student' are the same thing; the recipe gives both
        4 | models: { student: bert }
          |           ^^^^^^^
      """
    ),
    (
      "method: { alpha: 1 }",
      """
      r.yaml:3:9: error: method: this method needs a 'type', one of: dlb, double-finetune, dynamic-finetune, dynsdpb, \
      finetune, kd, self-training
        3 | method: { alpha: 1 }
          |         ^
      """
    ),
    (
      "method: finetune\ntrain: { learning_rate: 1e-3, optimizer: { learning_rate: 1 }, sampler: 3 }",
      """
      r.yaml:4:10: error: train: 'learning_rate' is given twice; the first time in line 4
        4 | train: { learning_rate: 1e-3, optimizer: { learning_rate: 1 }, sampler: 3 }
          |          ^^^^^^^^^^^^^
      r.yaml:4:73: error: train.sampler: no sampler is called '3'; there are: carry-over, listed, sequential, shuffled
        4 | train: { learning_rate: 1e-3, optimizer: { learning_rate: 1 }, sampler: 3 }
          |                                                                         ^
      """
    ),
    (
      "method: dlb\ntrain: { batch_size: 8, sampler: shuffled }",
      """
      r.yaml:4:34: error: train.sampler: 'shuffled' repeats no example of the step before, and the objective \
      'previous-batch' learns from those that are repeated; use carry-over or listed
        4 | train: { batch_size: 8, sampler: shuffled }
          |                                  ^^^^^^^^
      """
    ),
    (
      "method: { type: self-training, method: { type: dynsdpb, sampler: { type: sequential } } }",
      """
      r.yaml:3:74: error: strategy.train.sampler: 'sequential' repeats no example of the step before, and the objective \
      'previous-batch' learns from those that are repeated; use carry-over or listed
        3 | method: { type: self-training, method: { type: dynsdpb, sampler: { type: sequential } } }
          |                                                                          ^^^^^^^^^^
      """
    ),
    (
      "strategy: { type: single, objective: previous-batch }",
      """
      r.yaml:3:11: error: strategy.train.sampler: 'shuffled' repeats no example of the step before, and the objective \
      'previous-batch' learns from those that are repeated; use carry-over or listed
        3 | strategy: { type: single, objective: previous-batch }
          |           ^
      """
    ),
    (
      "method: { type: dlb, scheduler: uncertanty, temperature: 2, clamped: 1 }",
      """
      r.yaml:3:33: error: method.scheduler: no scheduler is called 'uncertanty'; there are: constant, uncertainty
        3 | method: { type: dlb, scheduler: uncertanty, temperature: 2, clamped: 1 }
          |                                 ^^^^^^^^^^ did you mean 'uncertainty'?
      r.yaml:3:61: error: method: method 'dlb' has no option 'clamped'; it takes: aligner, alpha, batch_counts, \
      batch_size, denominator, drop_last, epoch_boundary, form, learners, loss, objective, order, pairing, reduction, \
      regression_loss, sampler, scheduler, temperature
        3 | method: { type: dlb, scheduler: uncertanty, temperature: 2, clamped: 1 }
          |                                                             ^^^^^^^
      """
    ),
    (
      "method: { type: dlb, loss: mse, form: soft-ce }",
      """
      r.yaml:3:33: error: method: method 'dlb' has no option 'form'; it takes: aligner, alpha, batch_counts, \
      batch_size, denominator, drop_last, epoch_boundary, learners, loss, objective, order, pairing, regression_loss, \
      sampler, scheduler, temperature
        3 | method: { type: dlb, loss: mse, form: soft-ce }
          |                                 ^^^^
      """
    ),
    (
      "method: { type: dlb, temperature: 5, scheduler: { temperature: 2 } }",
      """
      r.yaml:3:22: error: method: 'temperature' is given twice; also in line 3
        3 | method: { type: dlb, temperature: 5, scheduler: { temperature: 2 } }
          |                      ^^^^^^^^^^^
      """
    ),
    (
      "method: { type: self-training, method: self-training }",
      """
      r.yaml:3:40: error: method.method: self-training trains with a method of one stage, and 'self-training' has several
        3 | method: { type: self-training, method: self-training }
          |                                        ^^^^^^^^^^^^^
      """
    ),
  ]

  @Test(arguments: mistakes) func explains(_ text: String, _ message: String) throws {
    let error = #expect(throws: RecipeError.self) { try Recipe(RecipeTests.start + text, name: "r.yaml", registry) }
    #expect(error?.description == message)
  }

  @Test func files() throws {
    let error = #expect(throws: RecipeError.self) { try Recipe(file: "/nowhere/x.yaml", registry) }
    #expect(error?.description == "error: there is no recipe '/nowhere/x.yaml'")
    let folder = FileManager.default.temporaryDirectory.appending(path: "reflux-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "bad.yaml")
    try Data([0x61, 0x3A, 0x20, 0xFF]).write(to: file)
    let broken = #expect(throws: RecipeError.self) { try Recipe(file: file.path(), registry) }
    #expect(broken?.description == "error: '\(file.path())' is not UTF-8 text")
    let mistyped = folder.appending(path: "bda.yaml").path()
    let near = #expect(throws: RecipeError.self) { try Recipe(file: mistyped, registry) }
    #expect(near?.problems.first?.hint == "did you mean '\(file.path())'?")
  }
}
