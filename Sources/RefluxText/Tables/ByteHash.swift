/// A quick hash of a short text, for flat tables.
@inline(__always)
func hashOfBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
  let raw = UnsafeRawBufferPointer(bytes)
  var (hash, position) = (UInt64(truncatingIfNeeded: bytes.count), 0)
  while position + 8 <= raw.count {
    hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    position += 8
  }
  var rest: UInt64 = 0
  while position < raw.count {
    rest = rest << 8 | UInt64(raw[position])
    position += 1
  }
  return UInt32(truncatingIfNeeded: mixed(hash ^ rest) >> 32)
}

@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
  let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
  return product.high ^ product.low
}
