import RefluxCore

/// A file of named tensors, in whatever format.
public protocol TensorFile: Sendable {
  var path: String { get }
  /// Sorted.
  var names: [String] { get }
  func contains(_ name: String) -> Bool
  /// Throws ``FileError`` if there is no such tensor.
  func shape(of name: String) throws -> Shape
  /// Throws ``FileError`` if there is no such tensor.
  func type(of name: String) throws -> StorageType

  /// A tensor of the file, in place when `type` (or the stored type), the layout and the alignment allow it, otherwise
  /// copied.
  ///
  /// Without a `type` the stored one is kept; 64-bit integers always become 32-bit ones. Throws ``FileError`` if there is
  /// no such tensor, or its type cannot be read.
  func tensor(_ name: String, as type: DType?, on backend: any Backend) throws -> Tensor
}

extension TensorFile {
  /// A tensor in the type that is stored.
  public func tensor(_ name: String, on backend: any Backend) throws -> Tensor {
    try tensor(name, as: nil, on: backend)
  }
}
