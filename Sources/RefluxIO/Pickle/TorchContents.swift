/// What a file of `torch.save` holds: a value of its pickle, and where the bytes of every storage are.
struct TorchContents {
  let machine: PickleMachine
  let value: PickleValue
  /// One for each of the machine's storages.
  let places: [Range<Int>]
  let isBigEndian: Bool
}

// MARK: - Since PyTorch 1.6

extension TorchContents {
  /// A ZIP file with `data.pkl`, `byteorder` and `data/0`, `data/1`, … in a folder.
  init(zip bytes: UnsafeRawBufferPointer, path: String) throws {
    let archive = try ZipArchive(bytes, path: path)
    let pickles = archive.entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1 }
    guard pickles.count == 1, let pickle = pickles.first, let place = archive.entries[pickle] else {
      throw FileError(path, "is a ZIP file, but not one that torch.save wrote: it has no data.pkl")
    }
    let folder = pickle.dropLast("data.pkl".count)
    guard archive.entries[folder + "constants.pkl"] == nil else {
      throw FileError(path, "is a TorchScript program, not a dictionary of tensors")
    }
    let order = try archive.entries[folder + "byteorder"].map { range in
      guard let order = String(validating: bytes[range].prefix(16), as: UTF8.self), ["little", "big"].contains(order)
      else { throw FileError(path, "its byteorder is neither little nor big") }
      return order
    }
    var machine = PickleMachine(path: path)
    var cursor = ByteCursor(bytes, place, path: path)
    value = try machine.run(&cursor)
    places = try machine.storages.map { storage in
      guard let place = archive.entries[folder + "data/" + storage.key] else {
        throw FileError(path, "storage '\(shown(storage.key))' is missing")
      }
      let needed = storage.count * storage.type.size
      guard place.count == needed else {
        throw FileError(path, "storage '\(shown(storage.key))' has \(place.count) bytes, and \(needed) are needed")
      }
      return place
    }
    (self.machine, isBigEndian) = (machine, order == "big")
  }
}

// MARK: - Before PyTorch 1.6

extension TorchContents {
  /// The magic number 0x1950a86a20f9469cfc6c as a pickle of any protocol, without its first two bytes.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// Pickles of a magic number, a version, the system, the value and the keys of its storages; then each storage in the
  /// order of the keys: the number of elements, and the elements, always little-endian.
  init(legacy bytes: UnsafeRawBufferPointer, path: String) throws {
    let start = 2 + Self.magic.count
    guard bytes.count >= start, bytes[0] == PickleOpcode.protocolVersion.rawValue,
      bytes[2..<start].elementsEqual(Self.magic)
    else { throw FileError(path, "is not a file that torch.save wrote\(Self.guess(bytes))") }
    var (machine, cursor) = (PickleMachine(path: path), ByteCursor(bytes, start..<bytes.count, path: path))
    guard let version = try machine.run(&cursor).integer, version == 1001 else {
      throw FileError(path, "its version is not 1001, the only one of this form")
    }
    _ = try machine.run(&cursor)  // sizes of C types where it was written
    value = try machine.run(&cursor)
    guard case .list(let number) = try machine.run(&cursor) else { throw FileError(path, "has no list of storages") }

    var places = [Range<Int>?](repeating: nil, count: machine.storages.count)
    for key in machine.lists[number] {
      guard let key = key.text, let storage = machine.storageNumbers[key], places[storage] == nil else {
        throw FileError(path, "its list of storages does not fit its tensors")
      }
      let described = machine.storages[storage]
      let count = try cursor.number(Int64.self)
      guard count == described.count else {
        throw FileError(path, "storage '\(shown(key))' has \(count) elements, and \(described.count) are needed")
      }
      places[storage] = try cursor.skip(described.count * described.type.size)
    }
    self.places = try zip(places, machine.storages).map { place, storage in
      guard let place else { throw FileError(path, "storage '\(shown(storage.key))' is missing") }
      return place
    }
    (self.machine, isBigEndian) = (machine, false)
  }

  /// What a file probably is that was taken for one of weights.
  private static func guess(_ bytes: UnsafeRawBufferPointer) -> String {
    func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    if bytes.isEmpty { return ": it is empty" }
    if begins("version https://git-lfs") {
      return ": it is a pointer of Git LFS; 'git lfs pull' fetches the file itself"
    }
    if begins("<") { return ": it is a web page" }
    if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      return ": it is a tar file; PyTorch before 0.2 wrote those"
    }
    return bytes[0] == PickleOpcode.protocolVersion.rawValue ? ": it is a pickle of something else" : ""
  }
}
