import RefluxCore
import Testing

/// What generated texts answer; every expectation is written by hand.
@Suite struct AnswerTests {
  @Test(
    arguments: [
      ("72", 72.0), ("1,234", 1234), ("1,234,567.5 dollars", 1_234_567.5), ("1234.0", 1234), ("12,34", 12),
      ("1,2345", 1), ("$3.50", 3.5), ("-5", -5), ("\u{2212}5", -5), ("-$5", -5), ("$-5", -5), ("€ 7", 7), ("50%", 50),
      ("3/4", 0.75), ("3 / 4 cup", 0.75), ("2 1/2", 2.5), ("-1/4", -0.25), ("7/0", 7), (".5", 0.5), ("72.", 72),
      ("x-5", 5), ("3 - 5", 3), ("therefore 3", 3), ("8 hours and 20 minutes", 8), ("<<8=8>>8", 8), ("2 3", 2),
    ] as [(String, Double)]) func readsNumbers(_ text: String, _ number: Double)
  {
    #expect(AnswerNumber.first(in: text) == number)
  }

  @Test func findsNoNumber() {
    #expect(AnswerNumber.first(in: "none of these") == nil)
    #expect(AnswerNumber.first(in: "-.") == nil)
  }

  @Test func comparesAsNumbers() {
    #expect(Answer.number(1234) == Answer.number(1234.0000001))
    #expect(Answer.number(0.1 + 0.2) == Answer.number(0.3))
    #expect(Answer.number(100_000_000) != Answer.number(100_000_001))
    #expect(Answer.number(1) != Answer.option(1))
  }

  @Test(
    arguments: [
      (" 48/2 = 24. The answer is 72.", 72.0), ("The answer is 1,000 dollars. The answer is 5.", 1000),
      ("The answer is:\n 4", 4), ("The answer is 3.\n\nQuestion: 9", 3), ("the answer is 3", nil), ("72", nil),
      ("The answer is", nil), ("The answer is unknown.\n7", nil),
    ] as [(String, Double?)]) func readsAfterTheFirstMarker(_ text: String, _ number: Double?)
  {
    #expect(AnswerKind.number.answer(in: text) == number.map(Answer.number))
  }

  @Test(
    arguments: [
      ("The answer is B.", 1), ("The answer is (c)", 2), ("The answer is d) 12", 3), ("The answer is option E", 4),
      ("The answer is a", 0), ("The answer is a .", 0), ("The answer is a triangle, B", 1), ("The answer is F", nil),
      ("The answer is Cat", nil), ("The answer is 4 b", nil), ("The answer is **A**", 0),
    ] as [(String, Int?)]) func readsLetters(_ text: String, _ option: Int?)
  {
    #expect(AnswerKind.letter(count: 5).answer(in: text) == option.map(Answer.option))
  }

  @Test(arguments: [("1", 0), ("4.", 3), ("5", nil), ("0", nil), ("1.5", nil), ("3 because", 2)] as [(String, Int?)])
  func readsDigits(_ text: String, _ option: Int?) {
    #expect(AnswerKind.digit(count: 4).answer(in: "The answer is \(text)") == option.map(Answer.option))
  }

  @Test func countsAnswers() {
    var scores = AnswerScores()
    #expect(scores.scores[0].value.isNaN)
    let texts = ["So it is. The answer is 1,234.0.", "The answer is 7.", "Perhaps 1234.", ""]
    var verdicts: [Bool] = []
    for text in texts { verdicts.append(scores.add(text, .number, gold: .number(1234))) }
    #expect(verdicts == [true, false, false, false])
    #expect(scores.scores.map(\.name) == ["answer_accuracy", "answered"])
    #expect(scores.scores.map(\.value) == [0.25, 0.5])
  }

  /// Characters are Unicode scalars, as Python's `len` counts them: not bytes, and not what is seen as one.
  @Test func scoresChoicesBySumAndPerCharacter() {
    // Per character: -4/2 = -2, -6/5 = -1.2, -5/3 = -1.67; per byte the last would win with -5/6.
    let (sums, texts) = ([-4.0, -6, -5], ["ab", "abcde", "ééé"])
    let best = ChoiceScores.best(sums, of: texts)
    #expect(best?.plain == 0)
    #expect(best?.perCharacter == 1)
    // -3/4 against -2.5/3: é is two scalars here.
    #expect(ChoiceScores.best([-3, -2.5], of: ["e\u{301}e\u{301}", "abc"])?.perCharacter == 0)
    var scores = ChoiceScores()
    scores.add(sums, of: texts, right: 1)
    scores.add([-4, -4, -9], of: ["a", "b", "c"], right: 0)
    scores.add([], of: [], right: 0)
    scores.add(sums, of: texts, right: 0)
    #expect(scores.scores.map(\.name) == ["choice_accuracy", "choice_accuracy_per_character"])
    #expect(scores.scores.map(\.value) == [0.5, 0.5])
  }
}
