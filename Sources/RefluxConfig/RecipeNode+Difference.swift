extension RecipeNode {
  /// The first place at which another tree says something else: the keys that lead there, and what both say there.
  ///
  /// `nil` stands for nothing; `kl` and `{ type: kl }` are the same.
  public func firstDifference(
    from other: RecipeNode
  ) -> (path: [String], here: RecipeNode?, there: RecipeNode?)? {
    Self.firstDifference(self, other, at: [])
  }

  private static func firstDifference(
    _ here: RecipeNode?, _ there: RecipeNode?, at path: [String]
  ) -> (path: [String], here: RecipeNode?, there: RecipeNode?)? {
    guard let here, let there else { return here == nil && there == nil ? nil : (path, here, there) }
    if let mine = here.items, let others = there.items {
      for index in 0..<max(mine.count, others.count) {
        let (own, other) = (index < mine.count ? mine[index] : nil, index < others.count ? others[index] : nil)
        if let difference = firstDifference(own, other, at: path + ["\(index)"]) { return difference }
      }
      return nil
    }
    guard here.entries != nil || there.entries != nil else {
      return here.text == there.text && here.isNull == there.isNull ? nil : (path, here, there)
    }
    let (mine, others) = (here.spelledOut, there.spelledOut)
    guard let keys = mine.entries?.map(\.key), let more = others.entries?.map(\.key) else { return (path, here, there) }
    for key in keys + more.filter({ !keys.contains($0) }) {
      if let difference = firstDifference(mine[key], others[key], at: path + [key]) { return difference }
    }
    return nil
  }
}
