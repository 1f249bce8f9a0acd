extension TextTemplate {
  /// Throws `RecipeError` naming a place of the option's template that nothing fills.
  public func check(_ option: String, places: [String]) throws {
    guard let odd = names.first(where: { !places.contains($0) }) else { return }
    let known = places.map { "{\($0)}" }.joined(separator: ", ")
    throw RecipeError("\(option) has the place {\(odd)}; there are: \(known)")
  }
}
