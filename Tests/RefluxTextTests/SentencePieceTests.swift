import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// The library behind its C door; expected ids are those of transformers' slow ALBERT tokenizer, without its marks.
@Suite struct SentencePieceTests {
  private func processor() throws -> SentencePieceProcessor {
    try SentencePieceProcessor(contentsOf: fixture("albert/model/spiece.model"))
  }

  @Test func encodesAndDecodes() throws {
    let processor = try processor()
    let ids = processor.encode("the cat sees the dog.")
    #expect(ids == [19, 79, 182, 15, 19, 108, 9])
    #expect(ids.compactMap(processor.piece) == ["▁the", "▁cat", "▁see", "s", "▁the", "▁dog", "."])
    #expect(try processor.decode(ids) == "the cat sees the dog.")
    #expect(processor.encode("") == [])
    #expect(try processor.decode([]) == "")
  }

  @Test func knowsItsPieces() throws {
    let processor = try processor()
    #expect(processor.pieceCount == 330)
    #expect(processor.id("▁cat") == 79)
    #expect(processor.id("no such piece") == nil)
    #expect(processor.piece(330) == nil)
    #expect(processor.piece(-1) == nil)
    #expect(processor.kind(79) == .normal)
    #expect(processor.unknownID.flatMap(processor.kind) == .unknown)
    #expect(processor.id("[CLS]").flatMap(processor.kind) == .control)
    #expect(processor.id("[SEP]") == 3)
  }

  @Test func namesWhatIsWrong() throws {
    let processor = try processor()
    let path = fixture("albert/model/spiece.model")
    #expect(thrownMessage { try processor.decode([1, 330]) } == "\(path): has no piece 330; there are 0 to 329")
    let text = fixture("albert/model/spiece.model") + ".missing"
    #expect(
      thrownMessage { try SentencePieceProcessor(contentsOf: text) }
        == "\(text): cannot be opened: No such file or directory")
    let other = fixture("bert/model/vocab.txt")
    let message = thrownMessage { try SentencePieceProcessor(contentsOf: other) }
    #expect(message?.hasPrefix("\(other): is not a SentencePiece model: ") == true)
    try withTemporaryDirectory { directory in
      let empty = "\(directory)/spiece.model"
      try AtomicFile.write("", to: empty)
      let message = thrownMessage { try SentencePieceProcessor(contentsOf: empty) }
      #expect(message?.hasPrefix("\(empty): is not a SentencePiece model: ") == true)
    }
  }
}
