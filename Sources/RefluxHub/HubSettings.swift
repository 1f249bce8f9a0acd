import Foundation

/// Where the hub and its cache are, from the environment variables of Hugging Face's own library.
public struct HubSettings: Sendable {
  /// Without a slash at the end.
  public var endpoint = "https://huggingface.co"
  /// The directory of the `models--…` directories.
  public var cache: String
  public var token: String?
  public var isOffline = false
  /// Seconds without a byte after which a connection is given up.
  public var timeout = 10.0

  public init(cache: String) { self.cache = cache }

  /// `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`; `HF_TOKEN`, `HF_TOKEN_PATH`,
  /// `HF_HUB_DISABLE_IMPLICIT_TOKEN`; `HF_ENDPOINT`, `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`, `HF_HUB_DOWNLOAD_TIMEOUT`.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    func isOn(_ name: String) -> Bool { ["1", "ON", "YES", "TRUE"].contains(variable(name)?.uppercased() ?? "") }
    let home = variable("HOME") ?? NSHomeDirectory()
    func path(_ name: String) -> String? {
      variable(name).map { path in path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path }
    }

    let base = path("HF_HOME") ?? (path("XDG_CACHE_HOME") ?? "\(home)/.cache") + "/huggingface"
    cache = path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? "\(base)/hub"
    if let written = variable("HF_ENDPOINT") { endpoint = String(written.reversed().drop { $0 == "/" }.reversed()) }
    isOffline = isOn("HF_HUB_OFFLINE") || isOn("TRANSFORMERS_OFFLINE")
    if let seconds = variable("HF_HUB_DOWNLOAD_TIMEOUT").flatMap(Double.init), seconds > 0 { timeout = seconds }
    if !isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
      let file = path("HF_TOKEN_PATH") ?? "\(base)/token"
      let written =
        variable("HF_TOKEN") ?? variable("HUGGING_FACE_HUB_TOKEN")
        ?? (try? String(contentsOfFile: file, encoding: .utf8))
      token = written?.trimmingCharacters(in: .whitespacesAndNewlines)
      if token?.isEmpty == true { token = nil }
    }
  }
}
