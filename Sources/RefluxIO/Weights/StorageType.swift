import RefluxCore

/// The element types of stored tensors, by the names that the header of a safetensors file uses.
public enum StorageType: String, Sendable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u64 = "U64"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"
  case f8E4M3 = "F8_E4M3"
  case f8E5M2 = "F8_E5M2"

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool, .f8E4M3, .f8E5M2: 1
    }
  }

  /// What a tensor holds these as without conversion; `nil` if it cannot.
  var tensorType: DType? {
    switch self {
    case .f64: .float64
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    case .i32: .int32
    default: nil
    }
  }

  init(_ type: DType) {
    switch type {
    case .float64: self = .f64
    case .float32: self = .f32
    case .float16: self = .f16
    case .bfloat16: self = .bf16
    case .int32: self = .i32
    }
  }
}
