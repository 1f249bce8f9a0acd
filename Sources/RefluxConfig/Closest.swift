/// The known name closest to a mistyped one, if any is close.
public func closest(to name: String, among known: some Sequence<String>) -> String? {
  func plain(_ text: String) -> [Character] { text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " } }
  let wanted = plain(name)
  guard wanted.count <= 64 else { return nil }
  let scored = known.sorted().map { (name: $0, distance: editDistance(wanted, plain($0))) }
  guard let best = scored.min(by: { $0.distance < $1.distance }), best.distance <= max(1, wanted.count / 3) else {
    return nil
  }
  return best.name
}

/// "did you mean 'x'?", if there is a known name close to a mistyped one.
public func suggestion(for name: String, among known: some Sequence<String>) -> String? {
  closest(to: name, among: known).map { "did you mean '\($0)'?" }
}

/// Edit distance in which swapping two neighbours counts once.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
