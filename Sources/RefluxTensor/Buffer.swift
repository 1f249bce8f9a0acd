/// Device memory, given back to the backend (or unmapped by its owner) when the last tensor that uses it goes.
public final class Buffer: @unchecked Sendable {
  public let address: UnsafeMutableRawPointer
  public let byteCount: Int
  public let backend: any Backend
  /// Keeps foreign memory alive (a mapped file); `nil` when the backend owns the bytes.
  private let owner: AnyObject?
  /// Whether the backend gave the bytes as zeros and wants to know which no longer are.
  private let isZeros: Bool
  /// Where the elements are that are not zero, if that is known; whoever writes to the bytes forgets it.
  var filledRows: FilledRows?

  /// `isZeros` for what a backend gives from an ``Backend/allocateZeros(_:)`` of its own.
  public init(
    address: UnsafeMutableRawPointer, byteCount: Int, backend: any Backend, owner: AnyObject? = nil,
    isZeros: Bool = false
  ) {
    (self.address, self.byteCount, self.backend) = (address, byteCount, backend)
    (self.owner, self.isZeros) = (owner, isZeros)
  }
  /// Foreign memory may be read-only: it is copied before anything is written in place.
  public var isForeign: Bool { owner != nil }
  deinit {
    if isZeros {
      backend.releaseZeros(address, byteCount, written: filledRows?.parts(of: byteCount))
    } else if owner == nil {
      backend.release(address, byteCount)
    }
  }
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

extension Backend {
  public func allocateZeros(_ byteCount: Int) -> Buffer {
    let words = scratch([(byteCount + 3) / 4], .int32)
    fill(words, with: 0)
    return words.buffer
  }

  public func releaseZeros(_ address: UnsafeMutableRawPointer, _ byteCount: Int, written: [Range<Int>]?) {
    release(address, byteCount)
  }
}
