/// Tells which parameters are pulled towards zero.
struct DecayRule {
  /// Lower-case parts of names that are spared, such as `bias` and `norm`.
  let spared: [String]
  init(sparing names: [String]) { spared = names.map { $0.lowercased() } }

  func decays(_ name: String) -> Bool {
    let name = name.lowercased()
    return !spared.contains { name.contains($0) }
  }
}
