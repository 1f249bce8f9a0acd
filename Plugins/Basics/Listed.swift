import RefluxCore
import RefluxIO

/// Replays the batches of a JSON file, one entry per optimizer step.
///
/// An entry is a list of row numbers, or a pair of lists `[matched, new]`; the file is a list of entries or an object
/// whose `batches` is one. Every epoch goes through all of them. Entries are counted from 0 in messages.
struct Listed: Sampler {
  static let name = "listed"
  static let canRepeat = true
  static let summary = "Batches from a JSON file: row numbers of each step, or [matched, new] pairs of them."
  struct Options: ComponentOptions {
    @Option("The JSON file: [[3, 1], [0, 2]], or [[[], [3, 1]], [[3, 1], [0, 2]]] for batches that carry over.")
    var file: String
  }

  let file: String
  let steps: [PlannedBatch]
  var repeats: Bool { steps.contains { !$0.matched.isEmpty } }

  init(_ options: Options, _ context: inout BuildContext) throws {
    file = options.file
    do { steps = try Self.read(try JSON(contentsOf: context.path(file)), file) } catch let error as FileError {
      throw RecipeError("\(error)", at: options.$file?.mark)
    }
    try checkPairs()
  }

  func plan(_ data: SamplingContext, epoch _: Int) throws -> [[PlannedBatch]] {
    try steps.enumerated().map { number, step in
      if let row = step.indices.first(where: { !(0..<data.count).contains($0) }) {
        throw RecipeError("\(file): entry \(number) has row \(row); the data has rows 0 to \(data.count - 1)")
      }
      return step.cut(into: data.accumulation)
    }
  }

  private static func read(_ json: JSON, _ file: String) throws -> [PlannedBatch] {
    guard let entries = json.array ?? json["batches"]?.array, !entries.isEmpty else {
      throw RecipeError("\(file): wants a list of batches with at least one entry, or an object whose 'batches' is one")
    }
    return try entries.enumerated().map { number, entry in
      guard let step = step(entry) else {
        throw RecipeError("\(file): entry \(number) is neither a list of row numbers nor a pair [matched, new] of them")
      }
      guard Set(step.new).count == step.new.count else {
        throw RecipeError("\(file): entry \(number) has the same row twice")
      }
      return step
    }
  }

  private static func step(_ entry: JSON) -> PlannedBatch? {
    if let new = rows(entry), !new.isEmpty { return PlannedBatch(new: new) }
    guard let pair = entry.array, pair.count == 2, let matched = rows(pair[0]), let new = rows(pair[1]),
      !(matched.isEmpty && new.isEmpty)
    else { return nil }
    return PlannedBatch(matched: matched, new: new)
  }

  private static func rows(_ json: JSON) -> [Int]? {
    guard let items = json.array else { return nil }
    let rows = items.compactMap(\.integer)
    return rows.count == items.count ? rows : nil
  }

  /// What is repeated must have been new one step earlier, or there is nothing to compare it with.
  private func checkPairs() throws {
    var previous: Set<Int> = []
    for (number, step) in steps.enumerated() {
      if let row = step.matched.first(where: { !previous.contains($0) }) {
        throw RecipeError(
          "\(file): entry \(number) repeats row \(row), which is not among the new rows of the entry before it")
      }
      previous = Set(step.new)
    }
  }
}
