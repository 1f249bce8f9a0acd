import Foundation
import RefluxIO

/// Models by name, from a Hugging Face hub or from the cache that its own library keeps.
public struct Hub {
  private let settings: HubSettings
  private let report: (HubEvent) throws -> Void
  /// Whether a directory has a tokenizer: a model that was fetched without one is not all there.
  public var hasTokenizer: (String) -> Bool = { _ in true }
  var pause: (Double) throws -> Void = { Thread.sleep(forTimeInterval: $0) }

  /// `report` is told what is going on, and may throw to stop it.
  public init(_ settings: HubSettings, report: @escaping (HubEvent) throws -> Void = { _ in }) {
    (self.settings, self.report) = (settings, report)
  }

  /// The directory of a checkpoint: `path` if there is anything, otherwise the model called `name`, fetched if need be.
  ///
  /// What can be neither is a path that leads nowhere, which whoever opens it will say. Throws ``HubError``, and
  /// ``FileError`` if the cache cannot be written.
  public func directory(of name: String, at path: String) throws -> String {
    guard !Directory.isTaken(path), let model = HubModelName(name) else { return path }
    do { return try snapshot(of: model) } catch let error as HubError {
      throw HubError("'\(name)' is no directory here, and no model could be had by that name: \(error)")
    }
  }

  /// The directory of a model whose files are there; asks the hub whether there is a newer commit, unless told not to.
  public func snapshot(of name: HubModelName) throws -> String {
    let cache = HubCache(name, in: settings.cache)
    let known = cache.commit
    let lack = known.map { cache.missing(of: $0) } ?? "it has never been fetched"
    // Another program may have fetched a model alone. Some never have a tokenizer, so offline that must do.
    if let known, lack == nil, settings.isOffline || name.isCommit && hasTokenizer(cache.snapshot(known)) {
      return cache.snapshot(known)
    }
    if settings.isOffline {
      throw HubError("the cache \(settings.cache) does not have '\(name)' (\(lack ?? "")), and HF_HUB_OFFLINE is set")
    }
    let connection = try connection()
    let listing: HubListing
    do {
      // With a copy at hand nobody waits for a hub that does not answer.
      listing = try connection.trying(settings.endpoint, times: lack == nil ? 1 : 5) { try connection.listing(name) }
    } catch let error as HubError where lack == nil && error.isAboutTheConnection {
      guard let known else { throw error }
      try report(.note("\(error); '\(name)' is taken from the cache"))
      return cache.snapshot(known)
    }
    return try fetch(listing, cache, connection) { ModelFileSelection.files(of: $0) }
  }

  /// Fetches a model, or the files of it that match patterns such as `*.json`; returns its directory.
  public func download(_ name: HubModelName, matching patterns: [String] = []) throws -> String {
    guard !patterns.isEmpty else { return try snapshot(of: name) }
    guard !settings.isOffline else { throw HubError("HF_HUB_OFFLINE is set, and nothing can be fetched") }
    let connection = try connection()
    let listing = try connection.trying(settings.endpoint) { try connection.listing(name) }
    guard !ModelFileSelection.files(of: listing.files, matching: patterns).isEmpty else {
      throw HubError("'\(name)' has no file that matches \(patterns.joined(separator: ", "))")
    }
    return try fetch(listing, HubCache(name, in: settings.cache), connection) {
      ModelFileSelection.files(of: $0, matching: patterns)
    }
  }

  private func connection() throws -> HubConnection {
    var connection = try HubConnection(settings)
    connection.pause = pause
    connection.note = { [report] in try report(.note($0)) }
    return connection
  }

  private func fetch(
    _ listing: HubListing, _ cache: HubCache, _ connection: HubConnection, _ choose: ([String]) -> [String]
  ) throws -> String {
    let (commit, files) = (listing.commit, choose(listing.files))
    guard !files.isEmpty else { throw HubError("'\(cache.name)' has no files at \(settings.endpoint)") }
    let download = HubDownload(connection: connection, cache: cache, commit: commit, report: report)
    for file in files { try download.fetch(file) }
    for index in files where WeightFiles.choices.contains(index) && index.hasSuffix(WeightFiles.indexSuffix) {
      for shard in try WeightFiles.shardNames(of: "\(cache.snapshot(commit))/\(index)") { try download.fetch(shard) }
    }
    try cache.remember(commit)
    return cache.snapshot(commit)
  }
}
