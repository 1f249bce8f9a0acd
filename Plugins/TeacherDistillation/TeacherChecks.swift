import RefluxCore
import RefluxIO

// What makes a teacher useless without an error anywhere: it reads other ids, or its classes are in another order.

/// What says which text each id means, beside `tokenizer.json`.
private let vocabularyFiles = [
  ModelFile.wordPieces, ModelFile.vocabulary, ModelFile.merges, ModelFile.albertPieces, ModelFile.debertaPieces,
  ModelFile.llamaPieces,
]

/// Student and teacher are given the same ids, so they must mean the same to both.
///
/// Files that both have are laid side by side. Where there are none, `tokenizer` loads what each has, and the tokens are.
func checkSameInput(student: ModelCard, teacher: ModelCard, tokenizer: (String) -> (any Tokenizer)?) throws {
  guard student.vocabularySize == teacher.vocabularySize else {
    throw RecipeError(
      "the teacher's vocabulary has \(teacher.vocabularySize) entries and the student's \(student.vocabularySize); "
        + "they must read the same tokens")
  }
  var isCompared = false
  for file in vocabularyFiles {
    guard let mine = contents(file, of: student), let other = contents(file, of: teacher) else { continue }
    isCompared = true
    let isText = file.hasSuffix(".txt")
    let agree = mine.withBytes { mine in other.withBytes { other in isSame(mine, other, isText: isText) } }
    guard agree else { throw differs(file) }
  }
  if let mine = vocabulary(of: student), let other = vocabulary(of: teacher) {
    isCompared = true
    if mine != other { throw differs(ModelFile.tokenizer) }
  }
  guard !isCompared, let mine = student.checkpoint.flatMap(tokenizer), let other = teacher.checkpoint.flatMap(tokenizer)
  else { return }
  try checkSameTokens(student: mine, teacher: other)
}

/// The teacher knows each token that the student may read; it may know more.
private func checkSameTokens(student: any Tokenizer, teacher: any Tokenizer) throws {
  for id in 0..<Int32(student.vocabularySize) {
    guard let mine = student.token(id) else { continue }
    let other = teacher.token(id)
    if let other, other.utf8.elementsEqual(mine.utf8) { continue }
    throw RecipeError(
      "the token \(id) is '\(mine)' to the student and \(other.map { "'\($0)'" } ?? "nothing") to the teacher; "
        + "they must read the same tokens")
  }
}

private func differs(_ file: String) -> RecipeError {
  RecipeError("the teacher's \(file) differs from the student's; they must read the same tokens")
}

/// The tokens and ids of a `tokenizer.json`, where that is all that there is.
///
/// Versions of the library write its other parts differently.
private func vocabulary(of card: ModelCard) -> JSON? {
  guard let file = contents(ModelFile.tokenizer, of: card), contents(ModelFile.llamaPieces, of: card) == nil
  else { return nil }
  let json = file.withBytes { try? JSON(parsing: $0, name: ModelFile.tokenizer) }
  return json?["model"]?["vocab"]
}

/// The teacher reads every row that the student learns from.
func checkLengths(_ data: any Dataset, _ teacher: ModelCard) throws {
  guard let longest = data.lengths.max(), longest > teacher.maxPositions else { return }
  throw RecipeError(
    "the longest row has \(longest) tokens, and the teacher reads \(teacher.maxPositions); lower max_length")
}

/// Line ends say nothing about a text's tokens: `\r\n` is `\n`, and the last line may have none.
private func isSame(_ mine: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer, isText: Bool) -> Bool {
  guard isText, !mine.elementsEqual(other) else { return mine.elementsEqual(other) }
  func lines(_ bytes: UnsafeRawBufferPointer) -> [Slice<UnsafeRawBufferPointer>] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
  return lines(mine).elementsEqual(lines(other)) { $0.elementsEqual($1) }
}

/// A file beside a model's weights, if it came from a directory that has one.
private func contents(_ file: String, of card: ModelCard) -> MappedFile? {
  card.checkpoint.flatMap { try? MappedFile($0 + "/" + file) }
}

/// A head of random weights has nothing to teach.
func checkHasHead(teacher: ModelCard) throws {
  guard teacher.hasFreshHead else { return }
  let notes = teacher.notes.isEmpty ? ["it has no checkpoint"] : teacher.notes
  throw RecipeError("the teacher has no trained head for this task: \(notes.joined(separator: "; "))")
}

/// Output 0 of the teacher must be the task's first class.
///
/// A teacher that does not name its classes is believed.
func checkSameLabels(teacher: ModelCard, task: any Task) throws {
  guard case .classes(let names) = task.prediction else { return }
  // What the head was trained for: `labels` may be the task's names already.
  let labels = teacher.checkpointLabels.isEmpty ? teacher.labels : teacher.checkpointLabels
  guard ModelCard.areNames(labels), labels.map({ $0.lowercased() }) != names.map({ $0.lowercased() }) else { return }
  throw RecipeError(
    "the teacher's classes are \(labels.joined(separator: ", ")), the task's \(names.joined(separator: ", ")); "
      + "they must be the same in the same order, or set check_labels: false if only their names differ")
}
