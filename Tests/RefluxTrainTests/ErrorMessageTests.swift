import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct ErrorMessageTests {
  /// What a run that must fail says, with the directory's name left out.
  private func message(in directory: String, _ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)".replacing(directory + "/", with: "") }
    return "nothing went wrong"
  }

  private let short = TinyRun(overrides: ["train.max_steps=4", "train.sampler.batch_size=8", "train.save_every=2"])

  @Test func anExistingRunIsRefused() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try short(in: path)
      let before = try Remains(path)
      #expect(
        message(in: directory) { try short(in: path) }
          == "run holds a run already; --resume goes on with it, --force starts again and removes it")
      #expect(
        message(in: directory) { try short(in: path, .resume(from: nil)) }
          == "the run in run has finished: there is nothing to resume")
      #expect(try Remains(path) == before)
      try short(in: path, .fresh(force: true))
      #expect(try Remains(path) == before)
    }
  }

  @Test func otherPeoplesDirectoriesAreLeftAlone() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/thesis"
      try Directory.create(path)
      try AtomicFile.write("years of work", to: "\(path)/chapter-1.txt")
      #expect(
        message(in: directory) { try short(in: path) }
          == "thesis exists and is not a run directory; choose another one")
      #expect(
        message(in: directory) { try short(in: path, .fresh(force: true)) }
          == "thesis exists and is not a run directory, so --force does not remove it")
      #expect(
        message(in: directory) { try short(in: path, .resume(from: nil)) }
          == "there is no run to resume in thesis: it has no recipe.yaml")
      #expect(try Directory.names(in: path) == ["chapter-1.txt"])
    }
  }

  @Test func anUnwritablePlaceIsSaidAndNothingIsLeft() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write("a file", to: "\(directory)/file")
      #expect(
        message(in: directory) { try short(in: "\(directory)/file/run") }
          == "the run directory file/run cannot be made: file: is not a directory")
      #expect(try Directory.names(in: directory) == ["file"])
    }
  }

  @Test func aFailedStartLeavesNothing() throws {
    try withTemporaryDirectory { directory in
      let run = TinyRun(overrides: ["model.vocabulary_size=5"])
      _ = message(in: directory) { try run(in: "\(directory)/early") }
      let broken = TinyRun(overrides: ["~model", "model.type=bert", "model.checkpoint=/no/such/place"])
      #expect(message(in: directory) { try broken(in: "\(directory)/run") }.contains("/no/such/place"))
      let left = try Directory.names(in: directory)
      #expect(left.isEmpty)
    }
  }

  @Test func anEmptyTrainingSplitIsNamed() throws {
    try withTemporaryDirectory { directory in
      let run = TinyRun(overrides: ["task.examples=0"])
      #expect(message(in: directory) { try run(in: "\(directory)/run") } == "error: the train split has no examples")
      let left = try Directory.names(in: directory)
      #expect(left.isEmpty)
    }
  }

  /// Before anything is trained.
  @Test func anEmptyEvaluationSplitIsNamed() throws {
    try withTemporaryDirectory { directory in
      let run = TinyRun(overrides: ["task.validation=0"])
      #expect(
        message(in: directory) { try run(in: "\(directory)/run") } == "error: the validation split has no examples")
      let left = try Directory.names(in: directory)
      #expect(left.isEmpty)
    }
  }

  private let sequential = ["train.sampler.type=sequential", "train.sampler.batch_size=8"]

  @Test func aLossThatIsNoNumberStopsAtOnce() throws {
    try withTemporaryDirectory { directory in
      let run = TinyRun(overrides: sequential + ["task.poison=0"])
      #expect(
        message(in: directory) { try run(in: "\(directory)/run") }
          == "the loss is inf at step 1 of stage 'train', the first: nothing was learned")
      let left = try Directory.names(in: directory)
      #expect(left.isEmpty)
    }
  }

  @Test func theLastGoodWeightsAreKept() throws {
    try withTemporaryDirectory { directory in
      let poisoned = TinyRun(method: "finetune", overrides: sequential + ["task.poison=20"])
      #expect(
        message(in: directory) { try poisoned(in: "\(directory)/run") }
          == """
          the loss is inf at step 3 of stage 'train': nothing of that step was applied; the weights after step 2 are in \
          run/checkpoint-2
          """)
      // The same steps without the bad one have the same weights.
      let clean = TinyRun(overrides: sequential + ["train.save_every=2"])
      #expect(throws: EndAfter.Crash.self) { try clean(in: "\(directory)/clean", observers: [EndAfter(3, nil)]) }
      let models = try ["run", "clean"].map { try sha256(of: "\(directory)/\($0)/checkpoint-2/model.safetensors") }
      #expect(models[0] == models[1])
    }
  }

  @Test func anotherRecipeDoesNotResume() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      _ = try? short(in: path, observers: [EndAfter(2, nil)])
      let other = TinyRun(overrides: ["train.max_steps=4", "train.sampler.batch_size=4", "train.save_every=2"])
      #expect(
        message(in: directory) { try other(in: path, .resume(from: nil)) }
          == """
          this recipe is not the one that run was begun with: \
          strategy.train.sampler.batch_size is 8 in its recipe.yaml, and 4 now
          """)
    }
  }

  @Test func theStopSaysHowToGoOn() throws {
    try withTemporaryDirectory { directory in
      let interruption = Interruption()
      #expect(
        message(in: directory) {
          try short(
            in: "\(directory)/run", observers: [EndAfter(3, interruption)], interruption: interruption)
        } == "stopped after step 3; --resume goes on from run/checkpoint-3")
    }
  }
}
