/// What a pickle of weights may ask for by name; nothing else exists for it.
enum PickleGlobal: Equatable {
  case orderedDictionary
  /// `(storage, offset, size, stride, …)`, also what came before `_v2`.
  case rebuildTensor
  /// `(tensor, …)`.
  case rebuildParameter
  case storage(StorageType)

  /// `nil` if a pickle may not have it.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      self = .rebuildParameter
    case ("torch.storage", "UntypedStorage"): self = .storage(.u8)
    case ("torch", _):
      guard let type = Self.storages[name] else { return nil }
      self = .storage(type)
    default: return nil
    }
  }

  private static let storages: [String: StorageType] = [
    "DoubleStorage": .f64, "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16, "LongStorage": .i64,
    "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8, "BoolStorage": .bool,
    "UntypedStorage": .u8, "Float8_e4m3fnStorage": .f8E4M3, "Float8_e5m2Storage": .f8E5M2,
  ]
}
