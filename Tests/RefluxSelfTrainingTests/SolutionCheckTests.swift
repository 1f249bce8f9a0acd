import RefluxCore
import Testing

@testable import RefluxSelfTraining

/// The parts of a check.
@Suite struct SolutionCheckTests {
  @Test(
    arguments: [
      (" 1+1=2. The answer is 2.\n\nQuestion: next", " 1+1=2. The answer is 2."),
      (" The answer is:\n 2 \nmore", " The answer is:\n 2"), (" No answer \n", " No answer"), ("", ""),
    ]) func whatComesAfterTheAnswerIsCut(_ text: String, _ response: String)
  {
    #expect(SolutionCheck.response(of: text) == response)
  }

  @Test func sameWordsAreTheSame() {
    #expect(SolutionCheck.normalized(" 3+4 =\n7.\tThe  Answer is 7. ") == "3+4 = 7. the answer is 7.")
    #expect(SolutionCheck.normalized("3+4=7") != SolutionCheck.normalized("3 + 4 = 7"))
  }

  @Test func numbersAndLetters() {
    let number = SolutionCheck(answers: .number, limit: 1)
    let judgements = { (texts: [String], right: Answer) in number(texts, right: right).map(\.judgement) }
    #expect(
      judgements(
        ["The answer is 1,234.", "The answer is $1234.00", "The answer is 1,235", "1234", "THE answer is 1,234"],
        .number(1234)) == [.kept, .surplus, .wrong, .unanswered, .unanswered])
    let letter = SolutionCheck(answers: .letter(count: 5), limit: 5)
    #expect(
      letter(["The answer is B.", "The answer is (b) 12", "The answer is C", "The answer is G"], right: .option(1))
        .map(\.judgement) == [.kept, .kept, .wrong, .unanswered])
  }
}
