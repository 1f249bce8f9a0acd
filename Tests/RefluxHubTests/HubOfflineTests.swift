import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxHub

/// What the cache is good for without a network, or with one that is down.
@Suite struct HubOfflineTests {
  @Test func offline() throws {
    try withBench { bench in
      #expect(
        bench.problem(offline: true)
          == "the cache CACHE does not have 'tiny/bert' (it has never been fetched), and HF_HUB_OFFLINE is set")
      let directory = try bench.fetch()
      bench.hub.forgetRequests()
      #expect(try bench.fetch(offline: true) == directory)
      #expect(bench.hub.lines == [])
      try Directory.remove(bench.blob)
      #expect(
        bench.problem(offline: true)
          == "the cache CACHE does not have 'tiny/bert' (its weights are missing), and HF_HUB_OFFLINE is set")
      let name = try #require(HubModelName("tiny/bert"))
      #expect(
        thrownMessage { try bench.client(offline: true).download(name, matching: ["*"]) }
          == "HF_HUB_OFFLINE is set, and nothing can be fetched")
    }
  }

  @Test func aHubThatIsDownIsNoProblemWithACopy() throws {
    try withBench { bench in
      let directory = try bench.fetch()
      bench.hub.change { $0.fault = { _, _ in .init(503) } }
      #expect(try bench.fetch() == directory)
      #expect(bench.waits.all == [])
      #expect(bench.notes == ["HUB: it has a problem (503); 'tiny/bert' is taken from the cache"])
      // Nobody listens on port 9.
      var settings = bench.settings()
      settings.endpoint = "http://127.0.0.1:9"
      let name = try #require(HubModelName("tiny/bert"))
      #expect(try bench.client(settings: settings).snapshot(of: name) == directory)
      #expect(bench.notes.last == "http://127.0.0.1:9: the connection was refused; 'tiny/bert' is taken from the cache")
      settings.cache += "/other"
      #expect(
        thrownMessage { try bench.client(settings: settings).snapshot(of: name) }
          == "http://127.0.0.1:9: the connection was refused (tried 5 times)")
    }
  }

  /// What transformers leaves when only a model is asked for: its configuration and weights.
  @Test func aCommitWithoutATokenizerIsCompleted() throws {
    try withBench { bench in
      let name = "tiny/bert@\(HubBench.commit)"
      let directory = try bench.fetch(name)
      try Directory.remove(directory + "/vocab.txt")
      #expect(try Directory.names(in: directory) == ["config.json", "model.safetensors"])
      bench.hub.forgetRequests()
      #expect(try bench.fetch(name, offline: true) == directory && bench.hub.lines == [])
      bench.hub.change { $0.fault = { _, _ in .init(503) } }
      #expect(try bench.fetch(name) == directory && bench.waits.all == [])
      #expect(bench.notes == ["HUB: it has a problem (503); '\(name)' is taken from the cache"])

      bench.hub.change { $0.fault = nil }
      #expect(try bench.fetch(name) == directory)
      #expect(try Directory.names(in: directory) == ["config.json", "model.safetensors", "vocab.txt"])
      bench.hub.forgetRequests()
      #expect(try bench.fetch(name) == directory && bench.hub.lines == [])
    }
  }

  /// `Tests/Fixtures/hub_cache` is what huggingface_hub 2.4 wrote.
  @Test func aCacheOfHuggingFaceIsUsedAsItIs() throws {
    var settings = HubSettings(cache: fixture("hub_cache"))
    settings.isOffline = true
    let hub = Hub(settings)
    for (name, last) in [("tiny/bert", "1a"), ("tiny/bert@v2", "2b")] {
      let directory = try hub.snapshot(of: #require(HubModelName(name)))
      #expect(directory.hasSuffix(last))
      #expect(try WeightFiles(directory: directory).names == ["bias", "weight"])
    }
  }
}
