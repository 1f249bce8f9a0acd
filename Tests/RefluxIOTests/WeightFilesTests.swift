import Foundation
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO

@Suite struct WeightFilesTests {
  @Test func shardsAreOneSetOfTensors() throws {
    let weights = try WeightFiles(directory: fixture("bert/model_3labels"))
    #expect(weights.names.count == 41)
    let first = try weights.file(of: "bert.embeddings.word_embeddings.weight")
    let last = try weights.file(of: "classifier.bias")
    #expect(first.path.hasSuffix("model-00001-of-00002.safetensors"))
    #expect(last.path.hasSuffix("model-00002-of-00002.safetensors"))
    #expect(try last.tensor("classifier.bias", on: ReferenceBackend.shared).shape == [3])
  }

  private func problem(index: String, _ prepare: (String) throws -> Void = { _ in }) throws -> String {
    try withTemporaryDirectory { directory in
      try prepare(directory)
      try AtomicFile.write(index, to: directory + "/model.safetensors.index.json")
      return message { try WeightFiles(directory: directory) }.replacingOccurrences(of: directory, with: "DIR")
    }
  }

  @Test(arguments: ["../x.safetensors", "/etc/passwd", "a/b", "..", ""])
  func shardsStayInTheirDirectory(_ name: String) throws {
    #expect(
      try problem(index: "{\"weight_map\": {\"a\": \"\(name)\"}}")
        == "DIR/model.safetensors.index.json: tensor 'a' is said to be in '\(name)', which is not the name of a file here"
    )
  }

  @Test func anIndexThatDoesNotFitIsNamed() throws {
    #expect(try problem(index: "{}") == "DIR/model.safetensors.index.json: 'weight_map' is missing")
    #expect(
      try problem(index: "{\"weight_map\": {\"a\": 1}}")
        == "DIR/model.safetensors.index.json: 'weight_map.a' wants a text, but is an integer")
    #expect(
      try problem(index: "{\"weight_map\": {\"a\": \"x.safetensors\"}}")
        == "DIR/x.safetensors: cannot be opened: No such file or directory")
    #expect(
      try problem(index: "{\"weight_map\": {\"b\": \"x.safetensors\"}}") { directory in
        try SafetensorsFile.write([("a", Tensor(1))], to: directory + "/x.safetensors")
      } == "DIR/model.safetensors.index.json: tensor 'b' is said to be in 'x.safetensors', which does not have it")
  }

  @Test func directoriesWithoutWeights() throws {
    try withTemporaryDirectory { directory in
      #expect(
        message { try WeightFiles(directory: directory) }
          == "\(directory): has no weights: neither model.safetensors nor pytorch_model.bin, nor an index")
    }
  }

  @Test(arguments: ["../x.bin", "/etc/passwd", "a/b", ".."]) func shardsOfPicklesStayInTheirDirectory(_ name: String)
    throws
  {
    try withTemporaryDirectory { directory in
      let index = directory + "/pytorch_model.bin.index.json"
      try AtomicFile.write("{\"weight_map\": {\"a\": \"\(name)\"}}", to: index)
      #expect(
        message { try WeightFiles(directory: directory) }
          == "\(index): tensor 'a' is said to be in '\(name)', which is not the name of a file here")
    }
  }

  @Test func safetensorsComeFirst() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write("no weights", to: directory + "/pytorch_model.bin")
      try SafetensorsFile.write([("a", Tensor(1))], to: directory + "/model.safetensors")
      #expect(try WeightFiles(directory: directory).names == ["a"])
    }
  }
}
