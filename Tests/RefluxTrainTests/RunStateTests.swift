import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct RunStateTests {
  /// Writes a state to files and reads it back.
  private func roundTrip(_ state: RunState) throws -> RunState {
    try withTemporaryDirectory { directory in
      var encoder = RunStateEncoder()
      let text = encoder.encode(state, at: "root").indented()
      try SafetensorsFile.write(encoder.tensors, to: "\(directory)/tensors.safetensors")
      let decoder = try RunStateDecoder(
        path: "state.json", tensorsOf: "\(directory)/tensors.safetensors", on: ReferenceBackend.shared)
      return try decoder.decode(JSON(parsing: text.utf8, name: "state.json"))
    }
  }

  @Test(arguments: [
    0, -0.0, 1.0 / 3, 5, Double.leastNonzeroMagnitude, Double.greatestFiniteMagnitude, -Double.infinity,
    Double(Float(0.1)),
  ])
  func numbersComeBackBitForBit(_ value: Double) throws {
    #expect(try roundTrip(.number(value)).number().bitPattern == value.bitPattern)
  }

  @Test(arguments: [0, -1, Int.max, Int.min, Int(bitPattern: 0x9E37_79B9_7F4A_7C15)])
  func integersStayIntegers(_ value: Int) throws {
    #expect(try roundTrip(.integer(value)).integer() == value)
  }

  @Test func treesComeBackWhole() throws {
    let floats: [Float] = [0.1, -.infinity, .leastNonzeroMagnitude, -0.0, 3e38]
    let state = RunState.map([
      "tensor": .map(["tensor": .tensor(Tensor(floats, [5, 1]))]), "ids": .tensor(Tensor(ids: [3, -1])),
      "list": .list([.flag(true), .nothing, .text("ä\n\"")]), "empty": .map([:]),
    ])
    let back = try roundTrip(state)
    let tensor = try back.entry("tensor").entry("tensor").tensor()
    #expect(tensor.shape == [5, 1])
    #expect(tensor.floats.map(\.bitPattern) == floats.map(\.bitPattern))
    #expect(try back.entry("ids").tensor().ids == [3, -1])
    let list = try back.entry("list").list()
    #expect(try list[0].flag())
    #expect(list[1].isNothing)
    #expect(try list[2].text() == "ä\n\"")
    #expect(try back.entry("empty").map().isEmpty)
  }

  @Test func whatDoesNotFitIsSaid() {
    #expect { try RunState.text("x").integer() } throws: { "\($0)" == "a text stands where an integer should" }
    #expect { try RunState.map([:]).entry("memory") } throws: { "\($0)" == "there is no 'memory'" }
  }
}
