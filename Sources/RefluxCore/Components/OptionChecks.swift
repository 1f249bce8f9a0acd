/// What a model is made like says its checkpoint, or the recipe if it has none.
public enum OptionChecks {
  /// Throws `RecipeError` if there are options beside a checkpoint that a file of it decides.
  public static func noneGiven(_ names: [String], beside file: String = ModelFile.configuration) throws {
    guard names.isEmpty else {
      throw RecipeError("with a checkpoint, its \(file) decides \(names.joined(separator: ", "))")
    }
  }

  /// Throws `RecipeError` if a model without a checkpoint lacks one of these.
  public static func allGiven(_ sizes: [(name: String, value: Int?)]) throws {
    let missing = sizes.filter { $0.value == nil }.map(\.name)
    guard missing.isEmpty else {
      throw RecipeError("without a checkpoint, these are needed: \(missing.joined(separator: ", "))")
    }
  }
}
