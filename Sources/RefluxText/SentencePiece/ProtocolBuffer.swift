/// The fields of a protocol buffer message, in order.
///
/// Source: protobuf.dev, "Encoding".
struct ProtocolBuffer {
  enum Value {
    case integer(UInt64)
    case float(Float)
    case bytes(ArraySlice<UInt8>)
  }
  private var rest: ArraySlice<UInt8>
  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// Goes on until the message ends or stops following the format.
  func forEach(_ body: (_ field: UInt64, _ value: Value) -> Void) {
    var reader = self
    while let tag = reader.integer(), let value = reader.value(kind: tag & 7) { body(tag >> 3, value) }
  }

  private mutating func value(kind: UInt64) -> Value? {
    switch kind {
    case 0: return integer().map(Value.integer)
    case 1: return taken(8).map { Value.integer($0.reversed().reduce(0) { $0 << 8 | UInt64($1) }) }
    case 2: return integer().flatMap { taken($0) }.map(Value.bytes)
    case 5: return taken(4).map { Value.float(Float(bitPattern: $0.reversed().reduce(0) { $0 << 8 | UInt32($1) })) }
    default: return nil
    }
  }

  private mutating func taken(_ count: UInt64) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }

  private mutating func integer() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
