import RefluxCore

@testable import RefluxTrain

/// Crashes at the n-th step or token.
struct EndAfterEvents: Observer {
  private let count: Int
  private var seen = 0
  init(_ count: Int) { self.count = count }

  mutating func observe(_ event: RunEvent) throws -> Verdict {
    switch event {
    case .step: seen += 3
    case .generating: seen += 1
    default: break
    }
    if seen >= count { throw EndAfter.Crash() }
    return .carryOn
  }
}

/// What was said of one sampling.
final class GenerationLog: Observer {
  private(set) var events: [(done: Int, tokens: Int)] = []
  private let react: ((done: Int, tokens: Int)) -> Void
  init(_ react: @escaping ((done: Int, tokens: Int)) -> Void = { _ in }) { self.react = react }

  func observe(_ event: RunEvent) -> Verdict {
    if case .generating("round 1: samples", let done, _, let tokens) = event {
      events.append((done, tokens))
      react((done, tokens))
    }
    return .carryOn
  }
}
