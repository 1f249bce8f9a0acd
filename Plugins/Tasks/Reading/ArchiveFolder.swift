import Foundation
import RefluxCore
import RefluxIO

/// Where a benchmark's official files are: in the folder that the archive unpacks to, or in that folder's place.
struct ArchiveFolder: Sendable {
  /// What the recipe names.
  let directory: String
  /// What the archive calls its folder.
  let folder: String
  let task: String

  /// The first of a split's files that is there: its number in the list, and its path.
  ///
  /// - Throws: ``FileError`` with the places that were looked at.
  func first(of names: [String], for split: Split) throws -> (index: Int, path: String) {
    let places = names.enumerated().flatMap { index, name in [(index, "\(folder)/\(name)"), (index, name)] }
    guard let (index, place) = places.first(where: { FileManager.default.fileExists(atPath: "\(directory)/\($0.1)") })
    else {
      throw FileError(
        directory,
        "the \(split.rawValue) split of '\(task)' is not here; looked for \(places.map(\.1).joined(separator: ", "))")
    }
    return (index, "\(directory)/\(place)")
  }
}

extension RecipeError {
  /// A task is asked for a split that it does not have.
  static func noSplit(_ split: Split, of task: String, known: [Split]) -> RecipeError {
    let names = known.map(\.rawValue).joined(separator: ", ")
    return RecipeError("the task '\(task)' has no split '\(split.rawValue)'; it has: \(names)")
  }
}
