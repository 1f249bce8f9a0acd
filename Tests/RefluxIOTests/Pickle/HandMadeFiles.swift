import Foundation
import RefluxIO
import RefluxTesting

/// A pickle, instruction by instruction.
struct PickleBytes {
  var bytes: [UInt8] = [0x80, 2]

  func adding(_ more: [UInt8]) -> Self { Self(bytes: bytes + more) }
  /// Instructions that are one letter each.
  func adding(_ codes: String) -> Self { adding(Array(codes.utf8)) }

  func text(_ text: String) -> Self { adding("X").word(text.utf8.count).adding(Array(text.utf8)) }
  func global(_ module: String, _ name: String) -> Self { adding(Array("c\(module)\n\(name)\n".utf8)) }
  func integer(_ value: Int32) -> Self { adding("J").word(Int(value)) }
  /// Eight bytes.
  func long(_ value: Int) -> Self {
    adding([0x8A, 8]).adding(withUnsafeBytes(of: Int64(value).littleEndian, Array.init))
  }
  private func word(_ value: Int) -> Self { adding(withUnsafeBytes(of: Int32(truncatingIfNeeded: value), Array.init)) }

  /// `(a, b, …)`.
  func tuple(_ items: [Int]) -> Self { items.reduce(adding("(")) { $0.long($1) }.adding("t") }

  /// A storage of float32 numbers.
  func storage(_ key: String = "0", type: String = "FloatStorage", count: Int = 4) -> Self {
    adding("(").text("storage").global("torch", type).text(key).text("cpu").long(count).adding("t").adding("Q")
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, False, OrderedDict())`.
  func tensor(
    key: String = "0", type: String = "FloatStorage", count: Int = 4, offset: Int = 0, _ size: [Int], _ stride: [Int]
  ) -> Self {
    global("torch._utils", "_rebuild_tensor_v2").adding("(").storage(key, type: type, count: count).long(offset)
      .tuple(size).tuple(stride).adding([0x89]).global("collections", "OrderedDict").adding(")").adding("R")
      .adding("t").adding("R")
  }

  /// `{"a": <what body adds>}`, and the end.
  static func dictionary(_ body: (Self) -> Self) -> Self {
    body(Self().adding("}").text("a")).adding("s").adding(".")
  }
}

/// A ZIP file of stored entries, whose fields can be wrong.
struct ZipBytes {
  struct Entry {
    var name: String
    var data: [UInt8]
    var flags = 0
    var method = 0
    var size: Int?
    var offset: Int?
    var localName: String?
  }
  var entries: [Entry]
  var count: Int?
  var directorySize: Int?
  var directoryOffset: Int?

  init(_ entries: [Entry]) { self.entries = entries }

  /// What `torch.save` makes of a pickle and its storages.
  init(_ pickle: PickleBytes, storages: [(String, [UInt8])] = [("0", [UInt8](repeating: 0, count: 16))]) {
    entries =
      [Entry(name: "archive/data.pkl", data: pickle.bytes)]
      + storages.map { Entry(name: "archive/data/\($0.0)", data: $0.1) }
  }

  func changed(_ index: Int, _ change: (inout Entry) -> Void) -> Self {
    var copy = self
    change(&copy.entries[index])
    return copy
  }

  var bytes: [UInt8] {
    var (out, directory): ([UInt8], [UInt8]) = ([], [])
    func short(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt16(truncatingIfNeeded: value), Array.init) }
    func word(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(truncatingIfNeeded: value), Array.init) }
    for entry in entries {
      let (name, size) = (Array(entry.name.utf8), word(entry.size ?? entry.data.count))
      let local = Array((entry.localName ?? entry.name).utf8)
      directory += word(0x0201_4B50) + short(0) + short(0) + short(entry.flags) + short(entry.method)
      directory += word(0) + word(0) + size + size + short(name.count) + short(0) + short(0)
      directory += short(0) + short(0) + word(0) + word(entry.offset ?? out.count) + name
      out += word(0x0403_4B50) + short(0) + short(entry.flags) + short(entry.method) + word(0) + word(0)
      out += size + size + short(local.count) + short(0) + local + entry.data
    }
    let place = out.count
    out += directory
    out += word(0x0605_4B50) + short(0) + short(0) + short(count ?? entries.count) + short(count ?? entries.count)
    out += word(directorySize ?? directory.count) + word(directoryOffset ?? place) + short(0)
    return out
  }
}

/// What is said about a file of these bytes, without its path; empty if it is read.
func problem(inFileOf bytes: [UInt8]) throws -> String {
  try withTemporaryDirectory { directory in
    let path = directory + "/pytorch_model.bin"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let text = message { try PickleFile(path) }
    return text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text
  }
}
