/// What recipes, objectives and logs call the models of a run.
///
/// Other names are free: a strategy may ask for more models than these.
public enum ModelRole {
  /// The model that learns and is saved in the end; `model:` in a recipe is short for it.
  public static let student = "student"
  /// A frozen model that is learned from.
  public static let teacher = "teacher"
}
