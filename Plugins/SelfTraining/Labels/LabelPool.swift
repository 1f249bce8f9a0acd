import RefluxCore

/// The rows with labels and the rows without.
struct LabelPool {
  let labeled: [Example]
  /// Those held out of the training rows still carry their label, which only the report looks at.
  let unlabeled: [Example]
  /// Where each unlabelled row stands in the split that it came from.
  let rowNumbers: [Int]

  init(_ task: any Task, heldOut: Float, split: Split, seed: UInt64) throws {
    let training = try task.examples(.train)
    guard heldOut > 0 else {
      (labeled, unlabeled) = (training, try task.examples(split))
      rowNumbers = Array(unlabeled.indices)
      guard !unlabeled.isEmpty else {
        throw RecipeError("self-training needs unlabelled rows, but the split '\(split.rawValue)' is empty")
      }
      return
    }
    let count = Int((heldOut * Float(training.count)).rounded())
    guard count > 0, count < training.count else {
      throw RecipeError(
        "held_out: \(heldOut) of \(training.count) training rows leaves \(training.count - count) labelled and \(count) "
          + "unlabelled ones; both kinds are needed")
    }
    var random = RandomSource(seed: seed, "held out")
    let hidden = Set((0..<training.count).shuffled(using: &random).prefix(count))
    labeled = training.indices.filter { !hidden.contains($0) }.map { training[$0] }
    rowNumbers = hidden.sorted()
    unlabeled = rowNumbers.map { training[$0] }
  }
}
