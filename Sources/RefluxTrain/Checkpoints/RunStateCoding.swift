import RefluxCore
import RefluxIO

/// Saved states as JSON, their tensors in a file beside it.
///
/// Integers and numbers stay apart (JSON's `5` and `5.0`); a map is `{"map": {…}}` and a tensor `{"tensor": name}`.
struct RunStateEncoder {
  private(set) var tensors: [(name: String, tensor: Tensor)] = []

  /// `path` names the tensors: `objective/previous/logits`.
  mutating func encode(_ state: RunState, at path: String) -> JSON {
    switch state {
    case .nothing: return .null
    case .flag(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .text(let value): return .string(value)
    case .tensor(let value):
      tensors.append((path, value))
      return ["tensor": .string(path)]
    case .list(let items):
      return .array(items.enumerated().map { encode($1, at: "\(path)/\($0)") })
    case .map(let entries):
      return ["map": .object(JSONObject(entries.keys.sorted().map { ($0, encode(entries[$0]!, at: "\(path)/\($0)")) }))]
    }
  }
}

struct RunStateDecoder {
  /// The JSON file, for errors.
  let path: String
  private let tensors: [String: Tensor]

  init(path: String, tensorsOf file: String, on backend: any Backend) throws {
    self.path = path
    let file = try SafetensorsFile(file)
    tensors = Dictionary(uniqueKeysWithValues: try file.names.map { ($0, try file.tensor($0, on: backend)) })
  }

  func decode(_ json: JSON) throws -> RunState {
    switch json {
    case .null: return .nothing
    case .bool(let value): return .flag(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(let value): return .text(value)
    case .array(let items): return .list(try items.map(decode))
    case .object(let object):
      if let entries = object["map"]?.object {
        return .map(Dictionary(uniqueKeysWithValues: try entries.entries.map { ($0.key, try decode($0.value)) }))
      }
      guard let name = object["tensor"]?.string else {
        throw FileError(path, "a saved state is neither map nor tensor")
      }
      guard let tensor = tensors[name] else { throw FileError(path, "the tensor '\(name)' is not in its file") }
      return .tensor(tensor)
    }
  }
}
