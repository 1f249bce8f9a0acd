import Testing

@testable import RefluxIO

@Suite struct JSONTests {
  @Test func readsEveryKindAndKeepsTheOrderOfKeys() throws {
    let text = #"{"z": [1, -2.5e3, true, null], "a": {"é\u00e9\ud83d\ude00\n": "x"}, "m": 9007199254740993}"#
    let json = try JSON(parsing: text.utf8, name: "x.json")
    #expect(
      json == [
        "z": [1, -2500.0, true, nil], "a": ["éé😀\n": "x"], "m": 9_007_199_254_740_993,
      ])
    #expect(json.object?.keys == ["z", "a", "m"])
  }

  @Test func writesWhatItReads() throws {
    let text = #"{"b": [0.1, 1e-45, 3, "a\"\\\n\u0001"], "a": {}, "c": [], "d": -Infinity}"#
    let json = try JSON(parsing: text.utf8, name: "x.json")
    #expect(json.text == text)
    #expect(try JSON(parsing: json.indented().utf8, name: "x.json") == json)
    #expect(
      (["a": [1], "b": [:]] as JSON).indented() == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")
  }

  @Test func otherProgramsGetNullForWhatIsNoNumber() {
    let json: JSON = ["a": [.number(.nan), 1.5, .number(.infinity)], "b": ["c": .number(-.infinity)], "d": "NaN"]
    #expect(json.finite.text == #"{"a": [null, 1.5, null], "b": {"c": null}, "d": "NaN"}"#)
  }

  @Test func floatsKeepEveryBit() throws {
    for value: Float in [0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -3.4028e-20, 16_777_215] {
      let read = try JSON(parsing: JSON(value).text.utf8, name: "x.json")
      #expect(read.number.map { Float($0) } == value)
    }
  }

  @Test(arguments: [
    ("", "x.json:1: not valid JSON: wants a value, found the end of the text (column 1)"),
    ("{\"a\": 1,\n \"a\": 2}", "x.json:2: not valid JSON: the key \"a\" is given twice (column 2)"),
    ("[1, 2", "x.json:1: not valid JSON: wants ']' or ',' after a value, found the end of the text (column 6)"),
    ("{a: 1}", "x.json:1: not valid JSON: wants a key in double quotes, found 'a' (column 2)"),
    ("{\"a\" 1}", "x.json:1: not valid JSON: wants ':' after a key, found '1' (column 6)"),
    ("01", "x.json:1: not valid JSON: a number begins with one 0 or with another digit (column 1)"),
    ("-", "x.json:1: not valid JSON: a number begins with one 0 or with another digit (column 1)"),
    ("1.", "x.json:1: not valid JSON: wants a digit after the point, found the end of the text (column 3)"),
    ("1e", "x.json:1: not valid JSON: wants a digit in the exponent, found the end of the text (column 3)"),
    ("\"abc", "x.json:1: not valid JSON: this text has no closing quote (column 1)"),
    ("\"\\ud800\"", "x.json:1: not valid JSON: half a surrogate pair (column 2)"),
    ("\"\\x\"", "x.json:1: not valid JSON: no such escape (column 2)"),
    ("\"\\u12\"", "x.json:1: not valid JSON: \\u wants four hexadecimal digits (column 4)"),
    ("\"\t\"", "x.json:1: not valid JSON: a control character (byte 9) must be escaped (column 2)"),
    ("yes", "x.json:1: not valid JSON: wants a value, found 'y' (column 1)"),
    ("1 2", "x.json:1: not valid JSON: there is more after the end of the value (column 3)"),
  ])
  func brokenTextIsNamed(_ text: String, _ message: String) {
    #expect(throws: FileError.self) { try JSON(parsing: text.utf8, name: "x.json") }
    do { _ = try JSON(parsing: text.utf8, name: "x.json") } catch { #expect("\(error)" == message) }
  }

  @Test func hostileTextIsRefused() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(
      message { try JSON(parsing: deep, name: "x") }
        == "x:1: not valid JSON: nested more than 512 levels deep (column 513)")
    let notUTF8: [UInt8] = [0x22, 0xFF, 0x22]
    #expect(
      message { try JSON(parsing: notUTF8, name: "x") } == "x:1: not valid JSON: this text is not UTF-8 (column 1)")
  }

  @Test func fieldsNameTheFileAndTheKey() throws {
    let fields = try JSONFields(["size": "big", "rope": ["theta": true], "none": nil], path: "config.json")
    #expect(message { try fields.integer("size") } == "config.json: 'size' wants an integer, but is a text")
    #expect(
      message { try fields.fields("rope")?.number("theta") }
        == "config.json: 'rope.theta' wants a number, but is true or false")
    #expect(message { try fields.required("none", fields.integer) } == "config.json: 'none' is missing")
    #expect(message { try JSONFields([], path: "config.json") } == "config.json: wants an object, but is a list")
  }
}

/// What the error of `body` says; empty if it throws none.
func message<T>(_ body: () throws -> T) -> String {
  do {
    _ = try body()
    return ""
  } catch { return "\(error)" }
}
