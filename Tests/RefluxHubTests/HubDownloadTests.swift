import Foundation
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxHub

@Suite struct HubDownloadTests {
  /// What huggingface_hub would have made.
  @Test func theCacheIsLaidOutAsHuggingFaceDoes() throws {
    try withBench { bench in
      let directory = try bench.fetch()
      #expect(directory == "\(bench.root)/snapshots/\(HubBench.commit)")
      // One form of the weights, no folders, no other programs' files.
      #expect(try Directory.names(in: directory) == ["config.json", "model.safetensors", "vocab.txt"])
      #expect(bench.contents(directory + "/model.safetensors") == HubBench.weights)
      let blobs = try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/vocab.txt")
      #expect(blobs == "../../blobs/9b63652e4599b6f141f83f77374ca035004e0c8f")
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/model.safetensors")
          == "../../blobs/\(LoopbackHub.etag("model.safetensors", HubBench.weights))")
      #expect(bench.contents("\(bench.root)/refs/main") == Array(HubBench.commit.utf8))
      #expect(try Directory.names(in: "\(bench.root)/blobs").count == 3)
      #expect(try Directory.names(in: "\(bench.cache)/.locks/models--tiny--bert").count == 3)
      #expect(bench.waits.all == [] && bench.notes == [])
      #expect(bench.events.all.contains(.loaded(file: "model.safetensors", bytes: 200_000)))
      #expect(bench.events.all.contains(.loading(file: "model.safetensors", done: 200_000, total: 200_000)))
    }
  }

  @Test func whatIsThereIsNotFetchedAgain() throws {
    try withBench { bench in
      let directory = try bench.fetch()
      bench.hub.forgetRequests()
      #expect(try bench.fetch() == directory)
      #expect(bench.hub.lines == ["GET /api/models/tiny/bert/revision/main"])
      // A commit never changes: nothing is asked.
      bench.hub.forgetRequests()
      #expect(try bench.fetch("tiny/bert@\(HubBench.commit)") == directory)
      #expect(bench.hub.lines == [])
    }
  }

  /// A new commit in which one file changed: the others are the same blobs.
  @Test func blobsAreSharedBetweenCommits() throws {
    try withBench { bench in
      let old = try bench.fetch()
      let next = String(repeating: "2", count: 39) + "b"
      bench.hub.change {
        $0.revisions["main"] = next
        $0.files["config.json"] = Array("{}".utf8)
      }
      bench.hub.forgetRequests()
      let new = try bench.fetch()
      #expect(new == "\(bench.root)/snapshots/\(next)" && bench.contents(old + "/config.json")?.count == 23)
      #expect(
        bench.contents(new + "/config.json")?.count == 2 && bench.contents(new + "/model.safetensors")?.count == 200_000
      )
      #expect(
        bench.hub.lines.filter { $0.hasPrefix("GET") && !$0.contains("/api/") } == [
          "GET /tiny/bert/resolve/\(next)/config.json"
        ])
      #expect(try Directory.names(in: "\(bench.root)/blobs").count == 4)
      #expect(bench.contents("\(bench.root)/refs/main") == Array(next.utf8))
    }
  }

  @Test func shardsAreThoseOfTheIndex() throws {
    let index = "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}"
    var files = HubBench.files
    files["model.safetensors"] = nil
    files["model.safetensors.index.json"] = Array(index.utf8)
    files["model-1.safetensors"] = [1, 2, 3]
    files["model-2.safetensors"] = [4]
    files["other.safetensors"] = [5]
    try withBench(files) { bench in
      let directory = try bench.fetch()
      #expect(
        try Directory.names(in: directory) == [
          "config.json", "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json", "vocab.txt",
        ])
    }
    files["model.safetensors.index.json"] = Array("{\"weight_map\": {\"a\": \"../../../x\"}}".utf8)
    try withBench(files) { bench in
      #expect(
        bench.problem().hasSuffix("tensor 'a' is said to be in '../../../x', which is not the name of a file here"))
    }
  }

  @Test func picklesWhereThereIsNothingElse() throws {
    var files = HubBench.files
    files["model.safetensors"] = nil
    try withBench(files) { bench in
      let names = try Directory.names(in: bench.fetch())
      #expect(names == ["config.json", "pytorch_model.bin", "vocab.txt"])
    }
  }

  @Test func patternsChooseFiles() throws {
    try withBench { bench in
      let name = try #require(HubModelName("tiny/bert"))
      let directory = try bench.client().download(name, matching: ["onnx/*", "*.md"])
      #expect(try Directory.files(below: directory) == ["README.md", "onnx/config.json", "onnx/model.onnx"])
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/onnx/config.json").hasPrefix(
          "../../../blobs/"))
      #expect(
        thrownMessage { try bench.client().download(name, matching: ["*.xyz"]) }
          == "'tiny/bert' has no file that matches *.xyz")
    }
  }
}
