/// The instructions of a pickle that are carried out: those that make plain values and call what ``PickleGlobal`` allows.
///
/// Codes are those of Python's `pickletools`.
enum PickleOpcode: UInt8 {
  case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31
  case protocolVersion = 0x80, frame = 0x95
  case none = 0x4E, newTrue = 0x88, newFalse = 0x89
  case integer = 0x4A, byte = 0x4B, short = 0x4D, long = 0x8A, float = 0x47
  case shortText = 0x8C, text = 0x58, shortString = 0x55, string = 0x54
  case emptyTuple = 0x29, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, tuple = 0x74
  case emptyList = 0x5D, append = 0x61, appends = 0x65
  case emptyDictionary = 0x7D, setItem = 0x73, setItems = 0x75
  case get = 0x68, longGet = 0x6A, put = 0x71, longPut = 0x72, memoize = 0x94
  case global = 0x63, stackGlobal = 0x93, reduce = 0x52, build = 0x62
  case persistentStorage = 0x51

  /// What `pickletools` calls the instructions that are not carried out.
  private static let refused: [UInt8: String] = [
    0x32: "DUP", 0x46: "FLOAT", 0x49: "INT", 0x4C: "LONG", 0x50: "PERSID", 0x53: "STRING", 0x56: "UNICODE",
    0x64: "DICT", 0x67: "GET", 0x69: "INST", 0x6C: "LIST", 0x6F: "OBJ", 0x70: "PUT", 0x42: "BINBYTES",
    0x43: "SHORT_BINBYTES", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4",
    0x8D: "BINUNICODE8", 0x8E: "BINBYTES8", 0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
    0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]

  /// What a message calls a byte that is no allowed instruction: `OBJ (0x6f)`.
  static func described(_ byte: UInt8) -> String {
    let code = "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    return refused[byte].map { "\($0) (\(code))" } ?? code
  }
}
