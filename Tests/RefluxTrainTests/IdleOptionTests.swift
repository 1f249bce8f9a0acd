import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxTrain

/// What a run says about options that can do nothing in it.
@Suite struct IdleOptionTests {
  /// What a run of 4 steps notes.
  private func notes(_ overrides: String...) throws -> [String] {
    let log = NoteLog()
    try withTemporaryDirectory { directory in
      let shared = ["train.max_steps=4", "train.sampler.batch_size=8", "train.schedule={ type: linear }"]
      _ = try TinyRun(overrides: shared + overrides)(in: "\(directory)/run", observers: [log])
    }
    return log.all
  }

  @Test func whatFitsIsNotMentioned() throws {
    let fitting = ["warmup_steps=4", "save_every=4", "evaluate_every=4"].map { "train.\($0)" }
    #expect(try notes(fitting[0], fitting[1], fitting[2], "max_length=16") == [])
  }

  @Test func stepsThatNeverCome() throws {
    #expect(
      try notes("train.warmup_steps=5") == [
        "the learning rate climbs for 5 steps, and there are 4: it never gets to its peak; lower warmup_steps"
      ])
    #expect(
      try notes("train.save_every=5") == [
        "save_every is 5, and there are 4 steps: no checkpoint is saved before the end"
      ])
    #expect(
      try notes("train.evaluate_every=5") == [
        "evaluate_every is 5, and there are 4 steps: the model is scored after each epoch"
      ])
    #expect(
      try notes("train.evaluate_every=5", "train.evaluate_epochs=false") == [
        "evaluate_every is 5, and there are 4 steps: the model is scored at the end"
      ])
  }

  @Test func scoresOfNothing() throws {
    #expect(
      try notes("train.evaluate_every=2", "train.best_metric=accuracy", "task.scored=false") == [
        "the task has nothing to score on, so evaluate_every and best_metric can do nothing; add a validation split to it"
      ])
    #expect(try notes("task.scored=false") == [])
  }

  @Test func rowsLongerThanTheModelReads() throws {
    #expect(
      try notes("max_length=17") == ["max_length is 17, and the student reads 16 tokens: no row has more"])
  }
}
