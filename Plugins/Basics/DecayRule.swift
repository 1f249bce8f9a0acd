/// Tells which parameters are pulled towards zero.
struct DecayRule {
  /// Lower-case parts of names that are spared, such as `bias` and `norm`.
  let spared: [String]
  /// Answers given before: every step asks for every parameter again.
  private var known: [String: Bool] = [:]

  init(sparing names: [String]) { spared = names.map { $0.lowercased() } }

  mutating func decays(_ name: String) -> Bool {
    if let answer = known[name] { return answer }
    let lower = name.lowercased()
    let answer = !spared.contains { lower.contains($0) }
    known[name] = answer
    return answer
  }
}
