import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

/// Who gets a run directory, and what becomes of it when a run does not get far.
@Suite struct StartTests {
  private let short = TinyRun(overrides: ["train.max_steps=2", "train.sampler.batch_size=8"])
  private let starts: [RunStart] = [.fresh(force: false), .fresh(force: true), .resume(from: nil)]

  private static func inUse(_ path: String) -> String {
    "\(path) is in use: another run is going on there; wait until it ends, or choose another directory"
  }

  @Test func whoComesSecondIsRefused() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      let fresh = RunStart.fresh(force: false)
      let both = try [RunDirectory(checking: path, fresh), RunDirectory(checking: path, fresh)]
      let claim = try both[0].open(fresh, recipe: "seed: 1\n")
      #expect(thrownMessage { try both[1].open(fresh, recipe: "seed: 2\n") } == Self.inUse(path))
      try claim.keep()
      #expect(try Directory.names(in: directory) == ["run"])
      #expect(try Directory.names(in: path) == ["predictions", "recipe.yaml", "stages"])
    }
  }

  @Test func aRunAtWorkIsLeftAlone() throws {
    struct Second: Observer {
      let directory: String
      let starts: [RunStart]
      func observe(_ event: RunEvent) throws -> Verdict {
        guard case .step = event else { return .carryOn }
        for start in starts {
          #expect(thrownMessage { try RunDirectory(checking: directory, start) } == StartTests.inUse(directory))
        }
        return .carryOn
      }
    }
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try short(in: path, observers: [Second(directory: path, starts: starts)])
      #expect(
        thrownMessage { try short(in: path) }
          == "\(path) holds a run already; --resume goes on with it, --force starts again and removes it")
    }
  }

  /// The results of stages go last: a run that was killed before that is carried to its end.
  @Test func aRunKilledAfterItsModelWasSavedIsNotFinished() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try short(in: path)
      let finished = "the run in \(path) has finished: there is nothing to resume"
      #expect(thrownMessage { try short(in: path, .resume(from: nil)) } == finished)
      let before = try Remains(path)
      try Directory.create("\(path)/stages")
      try short(in: path, .resume(from: nil))
      #expect(try Remains(path) == before)
      #expect(!Directory.isTaken("\(path)/stages"))
      #expect(thrownMessage { try short(in: path, .resume(from: nil)) } == finished)
    }
  }

  @Test func aForcedRunThatCannotBeginLosesNothing() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try short(in: path)
      let before = try Remains(path)
      let empty = TinyRun(overrides: ["task.examples=0"])
      #expect(thrownMessage { try empty(in: path, .fresh(force: true)) } == "the train split has no examples")
      #expect(try Remains(path) == before)
      #expect(try Directory.names(in: directory) == ["run"])
      let other = TinyRun(overrides: ["train.max_steps=2", "train.sampler.batch_size=8", "seed=5"])
      try other(in: path, .fresh(force: true))
      #expect(try Remains(path).model != before.model)
      #expect(try Directory.names(in: directory) == ["run"])
    }
  }

  @Test func anEmptyDirectoryIsTakenAndGivenBack() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try Directory.create(path)
      let empty = TinyRun(overrides: ["task.examples=0"])
      #expect(thrownMessage { try empty(in: path) } == "the train split has no examples")
      #expect(try Directory.names(in: path) == [])
      try short(in: path)
      #expect(Directory.isTaken("\(path)/model/config.json"))
    }
  }

  /// `run.2` is another run, whatever its name begins with.
  @Test func leftoversOfOthersStay() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      #expect(throws: EndAfter.Crash.self) { try short(in: path, observers: [EndAfter(1, nil)]) }
      for name in ["run.old.tmp", "run.123.tmp", "run.2.old.tmp", "run.2", "other.tmp"] {
        try Directory.create("\(directory)/\(name)")
      }
      try short(in: path, .resume(from: nil))
      #expect(try Directory.names(in: directory) == ["other.tmp", "run", "run.2", "run.2.old.tmp"])
    }
  }
}
