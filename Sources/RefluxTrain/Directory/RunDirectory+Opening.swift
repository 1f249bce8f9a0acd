import Foundation
import RefluxCore
import RefluxIO

extension RunDirectory {
  /// Makes the directory with its recipe in one move, or, for a resumed run, checks that it is the same recipe.
  ///
  /// - Throws: ``RunError``, also when somebody else was faster.
  func open(_ start: RunStart, recipe: String) throws -> RunClaim {
    // Again: loading takes time, and others may have begun meanwhile.
    try check(start)
    guard case .fresh = start else {
      guard let lock = try FileLock.take(recipeFile) else { throw inUse }
      try checkRecipe(recipe)
      try removeLeftovers()
      return RunClaim(lock)
    }
    do {
      return try claimed(recipe)
    } catch let error as FileError {
      // The temporary name says nothing to anybody.
      let isAboutNew = error.path.hasPrefix("\(path).")
      throw RunError("the run directory \(path) \(isAboutNew ? error.message : "cannot be made: \(error)")")
    }
  }

  private func claimed(_ recipe: String) throws -> RunClaim {
    if try isEmptyDirectory {
      guard let lock = try fill(path, recipe) else { throw inUse }
      return RunClaim(lock, .filled(path))
    }
    // An earlier run goes only when this one can take its place; whoever holds it keeps it.
    let earlier = Directory.isTaken(recipeFile) ? try FileLock.take(recipeFile) : nil
    guard earlier != nil || !Directory.isTaken(path) else { throw inUse }
    let new = "\(path).\(UInt64.random(in: 0 ... .max))" + Directory.unfinishedSuffix
    let old = Directory.replacedName(of: path)
    do {
      guard let lock = try fill(new, recipe) else { throw inUse }
      if earlier != nil {
        try Directory.remove(old)
        try Directory.move(path, to: old)
      }
      // This never replaces anything: a directory with something in it stays.
      guard try Directory.moveIfFree(new, to: path) else { throw inUse }
      // What is known of the data stays true. Linked, so that the earlier run can be put back whole.
      if earlier != nil { try? FileManager.default.linkItem(atPath: "\(old)/\(Self.cache)", toPath: cache) }
      return RunClaim(lock, earlier == nil ? .made(path) : .replaced(path, old: old))
    } catch {
      try? Directory.remove(new)
      throw error
    }
  }

  /// The recipe comes first: with it, everything else can be made up for.
  private func fill(_ directory: String, _ recipe: String) throws -> FileLock? {
    try Directory.create(directory)
    guard let lock = try FileLock.create("\(directory)/\(Self.recipe)", holding: recipe) else { return nil }
    try Directory.create("\(directory)/\(Self.stages)")
    try Directory.create("\(directory)/\(Self.predictions)")
    return lock
  }

  private func checkRecipe(_ recipe: String) throws {
    let stored = String(decoding: try MappedFile.contents(of: recipeFile), as: UTF8.self)
    // The same directory may be written differently: `runs/rte`, `./runs/rte`.
    func tree(_ text: String) throws -> RecipeNode {
      try RecipeNode.parse(text, name: recipeFile).spelledOut.removing(["output"])
    }
    guard let difference = try tree(stored).firstDifference(from: tree(recipe)) else { return }
    func shown(_ node: RecipeNode?) -> String { node?.flowText ?? "nothing" }
    throw RunError(
      """
      this recipe is not the one that \(path) was begun with: \(difference.path.joined(separator: ".")) is \
      \(shown(difference.here)) in its \(Self.recipe), and \(shown(difference.there)) now
      """)
  }

  /// What a run that was killed left half-written.
  private func removeLeftovers() throws {
    try Directory.create(stages)
    try Directory.create(predictions)
    for directory in [path, stages, predictions, tables, cache] where Directory.exists(directory) {
      for name in try Directory.names(in: directory) where name.hasSuffix(Directory.unfinishedSuffix) {
        try Directory.remove("\(directory)/\(name)")
      }
    }
    // Beside it: `rte.old.tmp`, but not what belongs to a run called `rte.2`.
    let suffix = Directory.unfinishedSuffix
    let own = "\(path.split(separator: "/").last ?? "")."
    for name in try Directory.names(in: "\(path)/..") where name.hasPrefix(own) && name.hasSuffix(suffix) {
      let middle = name.dropFirst(own.count).dropLast(suffix.count)
      if !middle.contains(".") { try Directory.remove("\(path)/../\(name)") }
    }
  }
}
