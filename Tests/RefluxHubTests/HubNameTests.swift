import Foundation
import RefluxTesting
import Testing

@testable import RefluxHub

@Suite struct HubNameTests {
  @Test func namesAndRevisions() throws {
    let plain = try #require(HubModelName("bert-base-uncased"))
    #expect(plain.repository == "bert-base-uncased" && plain.revision == "main" && !plain.isCommit)
    let full = try #require(HubModelName("org/Name_1.5@refs/pr/7"))
    #expect(full.repository == "org/Name_1.5" && full.revision == "refs/pr/7")
    #expect("\(full)" == "org/Name_1.5@refs/pr/7" && "\(plain)" == "bert-base-uncased")
    #expect(try #require(HubModelName("a@\(HubBench.commit)")).isCommit)
  }

  /// Paths, and what huggingface_hub refuses too.
  @Test(arguments: [
    "", "/bert", "./bert", "../bert", "~/bert", "a/b/c", "a//b", "a/", "a--b", "a..b", "-a", "a-", ".a", "a.", "a b",
    "a@", "a@../../x", "a@/x", "a@x/", "a@x y", "a@.x", "x.git", "ä", String(repeating: "a", count: 97), "a\0b",
    "a%2Fb",
  ])
  func whatIsNoName(_ text: String) { #expect(HubModelName(text) == nil) }

  @Test func settingsComeFromTheEnvironment() throws {
    func cache(_ variables: [String: String]) -> String { HubSettings(environment: variables).cache }
    #expect(cache(["HOME": "/h"]) == "/h/.cache/huggingface/hub")
    #expect(cache(["HOME": "/h", "XDG_CACHE_HOME": "/x"]) == "/x/huggingface/hub")
    #expect(cache(["HOME": "/h", "XDG_CACHE_HOME": "/x", "HF_HOME": "~/f"]) == "/h/f/hub")
    #expect(cache(["HOME": "/h", "HF_HOME": "/f", "HUGGINGFACE_HUB_CACHE": "/g"]) == "/g")
    #expect(cache(["HUGGINGFACE_HUB_CACHE": "/g", "HF_HUB_CACHE": "/c"]) == "/c")

    let plain = HubSettings(environment: ["HOME": "/nowhere"])
    #expect(plain.endpoint == "https://huggingface.co" && plain.token == nil && !plain.isOffline && plain.timeout == 10)
    let set = HubSettings(environment: [
      "HF_ENDPOINT": "http://mirror:80/hub/", "HF_TOKEN": " hf_1\n", "HF_HUB_OFFLINE": "yes",
      "HF_HUB_DOWNLOAD_TIMEOUT": "2.5",
    ])
    #expect(set.endpoint == "http://mirror:80/hub" && set.token == "hf_1" && set.isOffline && set.timeout == 2.5)
    #expect(HubSettings(environment: ["TRANSFORMERS_OFFLINE": "1"]).isOffline)
    #expect(!HubSettings(environment: ["HF_HUB_OFFLINE": "0"]).isOffline)
    #expect(HubSettings(environment: ["HF_TOKEN": "hf_1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]).token == nil)
    try withTemporaryDirectory { home in
      try "hf_file\n".write(toFile: home + "/token", atomically: true, encoding: .utf8)
      #expect(HubSettings(environment: ["HF_HOME": home]).token == "hf_file")
      #expect(HubSettings(environment: ["HF_TOKEN_PATH": home + "/token"]).token == "hf_file")
      #expect(HubSettings(environment: ["HF_HOME": home, "HF_TOKEN": "hf_2"]).token == "hf_2")
    }
  }

  @Test func settingsThatCannotBe() throws {
    var settings = HubSettings(cache: "/nowhere")
    settings.endpoint = "huggingface.co"
    let name = try #require(HubModelName("a"))
    #expect(
      thrownMessage { try Hub(settings).snapshot(of: name) }
        == "HF_ENDPOINT is 'huggingface.co', which is not an address such as https://huggingface.co")
    settings.endpoint = "http://127.0.0.1:9"
    settings.token = "two\r\nlines"
    #expect(
      thrownMessage { try Hub(settings).snapshot(of: name) }
        == "the token for the hub (HF_TOKEN or its file) holds characters that no token has")
  }
}
