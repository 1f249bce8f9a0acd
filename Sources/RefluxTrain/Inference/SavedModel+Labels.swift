import RefluxCore
import RefluxIO

extension SavedModel {
  /// What the `config.json` of a model, or of the model under an adapter, calls its classes (`id2label`), in order.
  ///
  /// Empty if there is none. `checkpoints` finds what is not a path. Throws `FileError` if the file is missing or
  /// broken.
  public static func labels(
    of model: String, adapter: String? = nil, checkpoints: CheckpointFinder? = nil
  ) throws -> [String] {
    func found(_ name: String) throws -> String { modelDirectory(try checkpoints?(name, name) ?? name) }
    let path = try found(adapter ?? model)
    let directory =
      AdapterDirectory.isAdapter(path) ? try AdapterDirectory(path).modelConfiguration ?? found(model) : path
    guard !AdapterDirectory.isAdapter(directory) else { return [] }
    let fields = try ModelDirectory(directory).configuration()
    guard let map = try fields.fields("id2label") else {
      // As in transformers, which leaves out what it takes for granted.
      let count = try fields.integer("num_labels") ?? 2
      return count < 1 ? [] : ModelCard.defaultLabels(min(count, 10_000))
    }
    return try (0..<map.object.keys.count).map { try map.required(String($0), map.string) }
  }
}
