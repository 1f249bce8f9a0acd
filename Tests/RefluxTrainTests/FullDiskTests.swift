import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO
@testable import RefluxTrain

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A disk that is full when the final model is written; in a process of its own, because a limit on the size of files
/// stands in for it.
@Suite struct FullDiskTests {
  @Test func aStageIsSavedWhenThereIsRoomAgain() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      try withTemporaryDirectory { directory in
        let run = TinyRun(overrides: ["train.max_steps=4", "train.save_every=3"])
        try run(in: "\(directory)/whole")
        let path = "\(directory)/run"
        let said = thrownMessage { try run(in: path, observers: [DiskFull(afterSteps: 4)]) }
        let file = "\(path)/stages/001-train.tmp/model.safetensors"
        #expect(
          said == """
            the result of stage 'train' cannot be saved: \(file): cannot be written: File too large; the last complete \
            checkpoint is checkpoint-3
            """)
        limitFiles(to: .max)
        try run(in: path, .resume(from: nil))
        #expect(try Remains(path) == Remains("\(directory)/whole"))
      }
    }
  }

  @Test func theModelIsSavedWhenThereIsRoomAgain() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      try withTemporaryDirectory { directory in
        let run = TinyRun(overrides: ["train.max_steps=2"])
        try run(in: "\(directory)/whole")
        let path = "\(directory)/run"
        let said = thrownMessage { try run(in: path, observers: [DiskFull()]) }
        let file = "\(path)/model.tmp/model.safetensors"
        #expect(
          said == "the model cannot be saved: \(file): cannot be written: File too large; --resume tries again")
        #expect(!Directory.isTaken("\(path)/model") && !Directory.isTaken("\(path)/model.tmp"))

        limitFiles(to: .max)
        try run(in: path, .resume(from: nil))
        #expect(try Remains(path) == Remains("\(directory)/whole"))
      }
    }
  }
}

/// Leaves room for results but not for weights: after some steps, or once the stage is safe.
private struct DiskFull: Observer {
  var afterSteps: Int?
  func observe(_ event: RunEvent) -> Verdict {
    switch event {
    case .step(_, let progress, _) where progress.step == afterSteps: limitFiles(to: 4096)
    case .stageEnded where afterSteps == nil: limitFiles(to: 4096)
    default: break
    }
    return .carryOn
  }
}

private func limitFiles(to bytes: rlim_t) {
  var limit = rlimit()
  #if canImport(Glibc)
    let kind = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  #else
    let kind = RLIMIT_FSIZE
  #endif
  getrlimit(kind, &limit)
  limit.rlim_cur = min(bytes, limit.rlim_max)
  setrlimit(kind, &limit)
}
