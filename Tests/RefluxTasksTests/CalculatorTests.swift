import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxTasks

/// The calculator that writes into answers of GSM8K.
@Suite struct CalculatorTests {
  /// Values: Python's `eval`, as the benchmark's own calculator asks it.
  @Test(
    arguments: [
      ("48/2", 24.0), ("1+2*3", 7), ("(1+2)*3", 9), ("2-3-4", -5), ("24/2/3", 4), ("2*-3", -6), ("--5", 5), ("+7", 7),
      ("-(2+1)", -3), (".5*4", 2), ("5.*2", 10), ("0.1*3", 0.30000000000000004), ("180//7", 25), ("-7//2", -4),
      ("7.5//2", 3), ("((((1))))", 1), ("10-2*3+4/8", 4.5),
    ]) func worksOut(_ expression: String, _ value: Double)
  {
    #expect(Arithmetic.value(of: expression) == value)
  }

  /// Where Python raises an error, and where the benchmark's calculator does not ask it (`%`, letters, spaces).
  @Test(
    arguments: [
      "", "1+", "(1", "1)", "()", "2(3)", "1..2", "1.2.3", ".", "1/0", "1/(1/0)", "5//0", "50%2", "2 + 3", "x+1", "*2",
      "1e5", "2***3",
    ]) func leavesAlone(_ expression: String)
  {
    #expect(Arithmetic.value(of: expression) == nil)
    #expect(Calculator().addition(to: "<<\(expression)=") == nil)
  }

  @Test func deepExpressionsAreRefused() {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    }
    #expect(Arithmetic.value(of: nested(200)) == 1)
    #expect(Arithmetic.value(of: nested(100_000)) == nil)
    #expect(Arithmetic.value(of: String(repeating: "-", count: 100_000) + "1") == 1)
  }

  /// Results as the solutions write them.
  @Test(
    arguments: [
      ("Half is 48/2 = <<48/2=", "24>>"), ("<<1,000*2=", "2000>>"), ("<<5/2=", "2.5>>"), ("<<0.1*3=", "0.3>>"),
      ("<<10/3=", "3.33333333333>>"), ("<<1=1>>1 and <<3-5=", "-2>>"), ("<<2+2=4=", "4>>"), ("<<<<6/4=", "1.5>>"),
    ]) func addsResults(_ text: String, _ addition: String)
  {
    #expect(Calculator().addition(to: text) == addition)
  }

  @Test(
    arguments: [
      "48/2 =", "<<48/2=24>> so x =", "<<48/2", "<<x=", "<<$5*2=", "<<999999999*9999999999=", "<<1/9999999999=", "",
    ]) func addsNothing(_ text: String)
  {
    #expect(Calculator().addition(to: text) == nil)
  }

  @Test func isAnOptionOfTheTask() throws {
    func isUsed(_ option: String) throws -> Bool {
      try (task("{ type: gsm8k, data: ., \(option) }", in: ".") as? any QuestionTask)?.tool is Calculator
    }
    #expect(try isUsed("calculator: use"))
    #expect(try !isUsed("calculator: keep"))
    #expect(try !isUsed(""))
    let files = ["gsm8k/test.jsonl": TextBenchmarkTests.gsm8k]
    #expect(
      try shown("{ type: gsm8k, data: ., calculator: use }", .test, files)
        == shown("{ type: gsm8k, data: ., calculator: keep }", .test, files))
    let mistake = try message("{ type: gsm8k, data: ., calculator: on }", .test, files)
    #expect(mistake == "wants one of strip, keep, use, but is 'on'")
  }
}
