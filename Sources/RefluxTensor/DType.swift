/// Element types.
///
/// Held as data, not as a generic parameter, so that a model can mix precisions without changing its type.
/// Arithmetic is float32 (float64 on the reference backend, for checks); the 16-bit types are for storage.
public enum DType: String, Sendable, CaseIterable {
  case float32, float64, int32, bfloat16, float16
  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .bfloat16, .float16: 2
    }
  }
}
