import Foundation
import RefluxTesting
import Testing

@testable import RefluxHub

/// A cache of its own and a hub to fill it from.
struct HubBench {
  let hub: LoopbackHub
  let cache: String
  let waits = Waits()
  let events = Events()

  static let commit = String(repeating: "1", count: 39) + "a"
  static let weights = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }
  static let files: [String: [UInt8]] = [
    "config.json": Array("{\"model_type\": \"bert\"}\n".utf8), "vocab.txt": Array("[PAD]\n[UNK]\n".utf8),
    "model.safetensors": weights, "pytorch_model.bin": weights, "tf_model.h5": [1], "README.md": [2],
    "onnx/model.onnx": [3], "onnx/config.json": [4], ".gitattributes": [5],
  ]

  init(_ cache: String, _ files: [String: [UInt8]] = files) { (hub, self.cache) = (LoopbackHub(files), cache) }

  func settings(token: String? = nil, offline: Bool = false) -> HubSettings {
    var settings = HubSettings(cache: cache)
    (settings.endpoint, settings.token, settings.isOffline) = (hub.endpoint, token, offline)
    return settings
  }

  func client(token: String? = nil, offline: Bool = false, settings: HubSettings? = nil) -> Hub {
    var client = Hub(settings ?? self.settings(token: token, offline: offline)) { [events] in events.all.append($0) }
    client.hasTokenizer = { FileManager.default.fileExists(atPath: $0 + "/vocab.txt") }
    client.pause = { [waits] in waits.all.append($0) }
    return client
  }

  @discardableResult
  func fetch(_ name: String = "tiny/bert", token: String? = nil, offline: Bool = false) throws -> String {
    try client(token: token, offline: offline).snapshot(of: #require(HubModelName(name)))
  }

  /// What the weights in the cache are after fetching the model.
  func fetchedWeights() throws -> [UInt8]? { contents(try fetch() + "/model.safetensors") }

  /// The problem, with the hub's and the cache's address left out.
  func problem(_ name: String = "tiny/bert", token: String? = nil, offline: Bool = false) -> String {
    do {
      try fetch(name, token: token, offline: offline)
      return ""
    } catch { return "\(error)".replacing(hub.endpoint, with: "HUB").replacing(cache, with: "CACHE") }
  }

  var root: String { "\(cache)/models--tiny--bert" }
  var blob: String { "\(root)/blobs/\(LoopbackHub.etag("model.safetensors", Self.weights))" }
  var notes: [String] {
    events.all.compactMap { if case .note(let text) = $0 { text.replacing(hub.endpoint, with: "HUB") } else { nil } }
  }

  func contents(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }
}

final class Waits { var all: [Double] = [] }
final class Events { var all: [HubEvent] = [] }

func withBench(_ files: [String: [UInt8]] = HubBench.files, _ body: (HubBench) throws -> Void) throws {
  try withTemporaryDirectory { try body(HubBench($0, files)) }
}
