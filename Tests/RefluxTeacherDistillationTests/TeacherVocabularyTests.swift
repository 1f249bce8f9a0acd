import Foundation
import RefluxCore
import RefluxTesting
import Testing

/// A teacher must read the same tokens as the student.
extension TeacherTests {
  @Test func aTeacherOfAnotherVocabularyIsRefused() throws {
    #expect(
      thrownMessage { try step("teacher", teacher: teacher + [[0, 0, 0]]) } == """
        the teacher's vocabulary has 3 entries and the student's 2; they must read the same tokens
        """)
  }

  @Test func aTeacherWhoseVocabularyFileDiffersIsRefused() throws {
    try withTemporaryDirectory { directory in
      var cards = [LogitTable(student).card, LogitTable(teacher).card]
      for index in 0..<2 {
        let path = "\(directory)/\(index)"
        try write("[PAD]\n" + (index == 0 ? "a\n" : "b\n"), to: path)
        cards[index].checkpoint = path
      }
      #expect(
        thrownMessage { try prepare(student: cards[0], teacher: cards[1]) }
          == "the teacher's vocab.txt differs from the student's; they must read the same tokens")
      cards[1].checkpoint = cards[0].checkpoint
      #expect(thrownMessage { try prepare(student: cards[0], teacher: cards[1]) } == nil)
    }
  }

  @Test func lineEndsAreNotPartOfAVocabulary() throws {
    try withTemporaryDirectory { directory in
      var cards = [LogitTable(student).card, LogitTable(teacher).card]
      for (index, text) in ["[PAD]\na\n", "[PAD]\r\na"].enumerated() {
        try write(text, to: "\(directory)/\(index)")
        cards[index].checkpoint = "\(directory)/\(index)"
      }
      #expect(thrownMessage { try prepare(student: cards[0], teacher: cards[1]) } == nil)
    }
  }

  @Test(arguments: ["vocab.json", "merges.txt", "spiece.model", "spm.model", "tokenizer.model"])
  func everyFileOfAVocabularyIsCompared(_ file: String) throws {
    try withTemporaryDirectory { directory in
      var cards = [LogitTable(student).card, LogitTable(teacher).card]
      for (index, text) in ["a b", "a c"].enumerated() {
        try write(text, to: "\(directory)/\(index)", file)
        cards[index].checkpoint = "\(directory)/\(index)"
      }
      #expect(
        thrownMessage { try prepare(student: cards[0], teacher: cards[1]) }
          == "the teacher's \(file) differs from the student's; they must read the same tokens")
      cards[1].checkpoint = cards[0].checkpoint
      #expect(thrownMessage { try prepare(student: cards[0], teacher: cards[1]) } == nil)
    }
  }

  /// One has a tokenizer.json and the other a vocab.txt, so their tokens are compared.
  @Test func tokensAreComparedWhereNoFilesAre() throws {
    var cards = [LogitTable(student).card, LogitTable(teacher).card]
    (cards[0].checkpoint, cards[1].checkpoint) = ("student", "teacher")
    func complaint(_ student: [String?], _ teacher: [String?]) -> String? {
      thrownMessage {
        try prepare(student: cards[0], teacher: cards[1]) { TokenList(tokens: $0 == "student" ? student : teacher) }
      }
    }
    #expect(complaint(["[PAD]", "a", nil], ["[PAD]", "a", "b", "c"]) == nil)
    #expect(
      complaint(["[PAD]", "a", "b"], ["[PAD]", "b", "a"])
        == "the token 1 is 'a' to the student and 'b' to the teacher; they must read the same tokens")
    #expect(
      complaint(["[PAD]", "a", "b"], ["[PAD]", "a"])
        == "the token 2 is 'b' to the student and nothing to the teacher; they must read the same tokens")
    // One `é` is a letter with its accent, the other a letter and an accent.
    #expect(complaint(["\u{E9}"], ["e\u{301}"])?.hasPrefix("the token 0 is ") == true)
  }
}

/// A tokenizer that has nothing but its tokens.
private struct TokenList: Tokenizer {
  let tokens: [String?]
  var vocabularySize: Int { tokens.count }
  var modelMaxLength: Int? { nil }
  func token(_ id: Int32) -> String? { tokens.indices.contains(Int(id)) ? tokens[Int(id)] : nil }
  func encode(_: String, pair _: String?, maxLength _: Int?) -> EncodedRow { EncodedRow(ids: [], segments: []) }
  func decode(_: [Int32]) -> String { "" }
  func specialTokenCount(pair _: Bool) -> Int { 0 }
  func save(to _: String) {}
}

private func write(_ text: String, to directory: String, _ file: String = "vocab.txt") throws {
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  try text.write(toFile: directory + "/" + file, atomically: true, encoding: .utf8)
}
