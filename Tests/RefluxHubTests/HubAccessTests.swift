import Foundation
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxHub

/// Tokens, refusals, busy servers.
@Suite struct HubAccessTests {
  @Test func theTokenGoesToTheHubAlone() throws {
    try withBench { bench in
      bench.hub.change { $0.token = "hf_secret" }
      try bench.fetch(token: "hf_secret")
      let sent = bench.hub.requests.filter { $0["Host"]?.hasPrefix("127.0.0.1") == true }
      #expect(sent.count > 5 && sent.allSatisfy { $0["Authorization"] == "Bearer hf_secret" })
      let elsewhere = bench.hub.requests.filter { $0["Host"]?.hasPrefix("localhost") == true }
      #expect(elsewhere.count == 1 && elsewhere.allSatisfy { $0["Authorization"] == nil })
    }
  }

  /// A model that has moved: the hub redirects to its new name, and is still the hub.
  @Test func redirectsWithinTheHubKeepTheToken() throws {
    try withBench { bench in
      bench.hub.change {
        $0.token = "hf_secret"
        $0.fault = { request, _ in
          guard request.path.contains("/old-name") else { return nil }
          return .init(307, ["Location": request.path.replacing("/old-name", with: "/tiny/bert")])
        }
      }
      let directory = try bench.fetch("old-name", token: "hf_secret")
      #expect(directory == "\(bench.cache)/models--old-name/snapshots/\(HubBench.commit)")
      #expect(bench.contents(directory + "/model.safetensors") == HubBench.weights)
    }
  }

  @Test func refusals() throws {
    func problem(_ status: Int, _ code: String? = nil, _ name: String = "tiny/bert", token: String? = nil) throws
      -> String
    {
      var text = ""
      try withBench { bench in
        bench.hub.change { $0.fault = { _, _ in .init(status, code.map { ["X-Error-Code": $0] } ?? [:]) } }
        text = bench.problem(name, token: token)
        #expect(bench.hub.requests.count == 1 && bench.waits.all == [])
      }
      return text
    }
    #expect(try problem(401) == "there is no model 'tiny/bert' at HUB; if it is private, set HF_TOKEN")
    #expect(try problem(404) == "there is no model 'tiny/bert' at HUB; if it is private, set HF_TOKEN")
    #expect(
      try problem(401, "RepoNotFound", token: "t")
        == "there is no model 'tiny/bert' at HUB, or the token does not reach it")
    #expect(
      try problem(401, token: "t")
        == "HUB does not accept the token (HF_TOKEN or its file); 'tiny/bert' cannot be fetched with it")
    #expect(
      try problem(403, "GatedRepo") == "'tiny/bert' is gated: ask for access at HUB/tiny/bert, then set HF_TOKEN")
    #expect(try problem(403) == "HUB refuses access to 'tiny/bert' (403)")
    #expect(try problem(404, "RevisionNotFound", "tiny/bert@v9") == "'tiny/bert' has no revision 'v9' at HUB")
    #expect(try problem(418) == "HUB answers 418 when asked for 'tiny/bert'")
  }

  @Test(arguments: [429, 500, 502, 503, 504]) func aBusyServerIsAskedAgain(_ status: Int) throws {
    try withBench { bench in
      bench.hub.change {
        $0.fault = { request, before in
          // The hub itself, twice; then the store, once, with a wish.
          if request.path.contains("/api/"), before < 2 { return .init(status) }
          if request.path.hasPrefix("/store/"), before < 1 { return .init(status, ["Retry-After": "7"]) }
          return nil
        }
      }
      let weights = try bench.fetchedWeights()
      #expect(weights == HubBench.weights)
      #expect(bench.waits.all == [1, 2, 7])
    }
  }

  @Test func patienceEnds() throws {
    try withBench { bench in
      bench.hub.change { $0.fault = { _, _ in .init(503) } }
      #expect(bench.problem() == "HUB: it has a problem (503) (tried 5 times)")
      #expect(bench.waits.all == [1, 2, 4, 8])
      #expect(bench.notes == [1, 2, 4, 8].map { "HUB: it has a problem (503); trying again in \($0) s" })
    }
    try withBench { bench in
      bench.hub.change { $0.fault = { _, _ in .init(429, ["Retry-After": "3600"]) } }
      #expect(bench.problem() == "HUB: it is asked too often (429), and it asks to be left alone for 3600 seconds")
    }
  }

  @Test func redirectsThatNeverEnd() throws {
    try withBench { bench in
      bench.hub.change { $0.fault = { request, _ in .init(302, ["Location": request.path]) } }
      #expect(bench.problem() == "127.0.0.1 redirects more than 10 times")
      bench.hub.change { $0.fault = { _, _ in .init(302) } }
      #expect(bench.problem() == "127.0.0.1 redirects to nowhere")
      bench.hub.change { $0.fault = { _, _ in .init(302, ["Location": "file:///etc/passwd"]) } }
      #expect(bench.problem() == "127.0.0.1 redirects from http to file, which is not followed")
    }
  }

  // MARK: A hub that lies

  @Test func answersThatAreNotBelieved() throws {
    try withBench { bench in
      func problem(_ text: String) -> String {
        bench.hub.change { $0.fault = { _, _ in .init(200, [:], Array(text.utf8)) } }
        return bench.problem()
      }
      let url = "HUB/api/models/tiny/bert/revision/main"
      #expect(problem("{\"sha\": \"../../x\"}") == "\(url) gives '../../x' for a commit")
      #expect(problem("<html>") == "\(url):1: not valid JSON: wants a value, found '<' (column 1)")
      #expect(problem("{}") == "\(url): 'sha' is missing")
      for name in ["../x", "/etc/passwd", "a/../../b", "a\\\\b", ""] {
        let answer = "{\"sha\": \"\(HubBench.commit)\", \"siblings\": [{\"rfilename\": \"\(name)\"}]}"
        #expect(
          problem(answer)
            == "\(url) lists '\(name.replacing("\\\\", with: "\\"))', which is not the name of a file in a model")
      }
    }
    try withBench { bench in
      for etag in ["../../../x", ".hidden", "a/b", ""] {
        bench.hub.change {
          $0.fault = { request, _ in request.method == "HEAD" ? .init(200, ["ETag": "\"\(etag)\""]) : nil }
        }
        #expect(
          bench.problem() == "HUB gives no usable ETag for 'config.json' of 'tiny/bert'; is it a Hugging Face hub?")
      }
    }
  }

  @Test func aDirectoryOfThatNameWins() throws {
    try withBench { bench in
      let hub = bench.client()
      let local = bench.cache + "/local"
      try Directory.create(local)
      #expect(try hub.directory(of: "tiny/bert", at: local) == local)
      #expect(try hub.directory(of: "./no/such/path", at: "/no/such/path") == "/no/such/path")
      #expect(bench.hub.lines == [])
      #expect(try hub.directory(of: "tiny/bert", at: "/no/such/path").hasSuffix("/snapshots/\(HubBench.commit)"))
      #expect(
        thrownMessage { try hub.directory(of: "tiny/other", at: "/no/such/path") } == """
          'tiny/other' is no directory here, and no model could be had by that name: there is no model 'tiny/other' at \
          \(bench.hub.endpoint); if it is private, set HF_TOKEN
          """)
    }
  }
}
