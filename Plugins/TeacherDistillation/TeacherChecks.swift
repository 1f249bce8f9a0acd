import RefluxCore
import RefluxIO

// What makes a teacher useless without an error anywhere: it reads other ids, or its classes are in another order.

/// Student and teacher are given the same ids, so they must mean the same to both.
func checkSameInput(student: ModelCard, teacher: ModelCard) throws {
  guard student.vocabularySize == teacher.vocabularySize else {
    throw RecipeError(
      "the teacher's vocabulary has \(teacher.vocabularySize) entries and the student's \(student.vocabularySize); "
        + "they must read the same tokens")
  }
  for file in ["vocab.txt", "vocab.json", "spiece.model", "tokenizer.model"] {
    guard let mine = contents(file, of: student), let other = contents(file, of: teacher) else { continue }
    if !withExtendedLifetime((mine, other), { mine.bytes.elementsEqual(other.bytes) }) {
      throw RecipeError("the teacher's \(file) differs from the student's; they must read the same tokens")
    }
  }
}

/// A file beside a model's weights, if it came from a directory that has one.
private func contents(_ file: String, of card: ModelCard) -> MappedFile? {
  card.checkpoint.flatMap { try? MappedFile($0 + "/" + file) }
}

/// Output 0 of the teacher must be the task's first class.
///
/// A teacher that does not name its classes is believed.
func checkSameLabels(teacher: ModelCard, task: any Task) throws {
  guard case .classes(let names) = task.prediction else { return }
  let isNamed = teacher.labels.enumerated().contains { $1 != "LABEL_\($0)" }
  guard isNamed, teacher.labels.map({ $0.lowercased() }) != names.map({ $0.lowercased() }) else { return }
  throw RecipeError(
    "the teacher's classes are \(teacher.labels.joined(separator: ", ")), the task's \(names.joined(separator: ", ")); "
      + "they must be the same in the same order, or set check_labels: false if only their names differ")
}
