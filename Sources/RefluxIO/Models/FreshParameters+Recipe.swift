import RefluxCore

extension FreshParameters {
  /// Random weights for a model without a checkpoint.
  ///
  /// - Parameters:
  ///   - context: Has the seed and the device.
  ///   - matrices: The size of the layers' matrices, to be multiplied.
  /// - Throws: `RecipeError` if there is no memory for the matrices, before the first of them fills it.
  public convenience init(_ context: BuildContext, matrices: Shape) throws {
    self.init(seed: context.seed, on: context.backend)
    do { try checkRoom(for: matrices) } catch let error as ModelTooLarge { throw RecipeError(error.description) }
  }
}
