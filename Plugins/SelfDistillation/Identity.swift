import RefluxCore

/// For outputs that correspond as they are: classification and regression.
struct Identity: OutputAligner {
  static let name = "identity"
  static let summary = "The outputs of both sides already correspond."
  init(_: NoOptions, _: inout BuildContext) {}

  func align(student: Prediction, teacher: Prediction) throws -> AlignedPair {
    let (now, then) = (student.output.logits, teacher.output.logits)
    guard now.shape == then.shape else {
      throw RecipeError("outputs of shape \(now.shape) and \(then.shape) do not correspond one to one")
    }
    return AlignedPair(
      student: student.output, teacher: teacher.output,
      weights: Tensor([Float](repeating: 1, count: now.shape[0]), on: now.backend))
  }
}
