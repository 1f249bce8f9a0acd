import RefluxCore
import Testing

@testable import RefluxTrain

@Suite struct RowLimitTests {
  @Test func whatNobodySaysSuitsTheTask() {
    func limit(_ asked: Int?, _ prediction: PredictionKind, positions: Int) -> Int {
      ModelCard(.decoder, type: "x", layers: 1, hiddenSize: 1, vocabularySize: 1, maxPositions: positions, outputs: 1)
        .rowLimit(asked, for: prediction)
    }
    #expect(limit(nil, .text, positions: 512) == 512)
    #expect(limit(nil, .text, positions: 131_072) == 2048)
    #expect(limit(nil, .score, positions: 512) == 128)
    #expect(limit(nil, .classes(["a", "b"]), positions: 64) == 64)
    #expect(limit(8000, .text, positions: 131_072) == 8000)
    #expect(limit(8000, .text, positions: 2048) == 2048)
  }
}
