import RefluxIO

/// What a checkpoint's files must be: `manifest.json`, written last.
struct Manifest {
  static let name = "manifest.json"
  private var hashes: [(file: String, sha256: String)]

  /// Reads every file below a directory.
  init(of directory: String) throws {
    hashes = try Directory.files(below: directory).filter { $0 != Self.name }.map {
      ($0, try sha256(of: "\(directory)/\($0)"))
    }
  }

  func write(to directory: String) throws {
    let files = JSONObject(hashes.map { ($0.file, JSON.object(JSONObject([("sha256", .string($0.sha256))]))) })
    let json: JSON = ["files": .object(files)]
    try json.write(to: "\(directory)/\(Self.name)")
  }

  /// Reads every file again.
  ///
  /// - Throws: ``DamagedCheckpoint`` naming the first file that is missing or has changed.
  static func verify(_ directory: String) throws {
    let path = "\(directory)/\(name)"
    guard Directory.isTaken(path) else { throw DamagedCheckpoint(path, "is missing") }
    let files: JSONFields
    do {
      let fields = try JSONFields(contentsOf: path)
      files = try fields.required("files", fields.fields)
    } catch let error as FileError {
      throw DamagedCheckpoint(path, error.message)
    }
    for (file, entry) in files.object.entries {
      let path = "\(directory)/\(file)"
      guard let expected = entry["sha256"]?.string else { throw DamagedCheckpoint(path, "has no sha256") }
      guard Directory.isTaken(path) else { throw DamagedCheckpoint(path, "is missing") }
      let found = try sha256(of: path)
      guard found == expected else {
        throw DamagedCheckpoint(path, "is damaged: its sha256 should be \(expected), but is \(found)")
      }
    }
  }
}

/// A checkpoint's file that is not what was written.
struct DamagedCheckpoint: Error, CustomStringConvertible {
  let path: String
  let message: String
  init(_ path: String, _ message: String) { (self.path, self.message) = (path, message) }
  var description: String { "\(path) \(message)" }
}
