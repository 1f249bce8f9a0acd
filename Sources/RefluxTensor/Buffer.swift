/// Device memory, given back to the backend (or unmapped by its owner) when the last tensor that uses it goes.
public final class Buffer: @unchecked Sendable {
  public let address: UnsafeMutableRawPointer
  public let byteCount: Int
  public let backend: any Backend
  /// Keeps foreign memory alive (a mapped file); `nil` when the backend owns the bytes.
  private let owner: AnyObject?
  /// Where the elements are that are not zero, if that is known; whoever writes to the bytes forgets it.
  var filledRows: FilledRows?

  public init(address: UnsafeMutableRawPointer, byteCount: Int, backend: any Backend, owner: AnyObject? = nil) {
    (self.address, self.byteCount, self.backend, self.owner) = (address, byteCount, backend, owner)
  }
  /// Foreign memory may be read-only: it is copied before anything is written in place.
  public var isForeign: Bool { owner != nil }
  deinit { if owner == nil { backend.release(address, byteCount) } }
}

/// What a kernel sees of a tensor: bytes, layout, element type.
public struct View {
  public let buffer: Buffer
  public let layout: Layout
  public let dtype: DType
  public init(_ buffer: Buffer, _ layout: Layout, _ dtype: DType) {
    (self.buffer, self.layout, self.dtype) = (buffer, layout, dtype)
  }
}
