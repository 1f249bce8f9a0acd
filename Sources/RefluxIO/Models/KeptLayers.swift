import RefluxCore

/// How many of a model's layers are kept, the first ones.
public struct KeptLayers: Sendable {
  /// As config.json has it.
  public let stored: Int
  public let count: Int

  /// Takes what the recipe wants, which `nil` leaves as it is.
  ///
  /// - Throws: `RecipeError`: `layers is 7, and models/bert has 6`.
  public init(_ wanted: Int?, of stored: Int, in directory: String?) throws {
    (self.stored, count) = (stored, wanted ?? stored)
    guard count <= stored else {
      throw RecipeError("layers is \(count), and \(directory ?? "the model") has \(stored)")
    }
  }

  /// What there is to say of it once a checkpoint is loaded.
  public var notes: [String] {
    stored > count ? ["the first \(count) of the checkpoint's \(stored) layers are kept"] : []
  }
}
