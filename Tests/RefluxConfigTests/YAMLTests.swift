import RefluxConfig
import Testing

@Suite struct YAMLTests {
  static let mistakes = [
    Mistake(
      yaml: "a: 1\nb:\n\t- 2",
      message: """
        r.yaml:3:1: error: this is not YAML: while scanning for the next token: found character that cannot start any token
          3 |  - 2
            | ^ indent with spaces, not with tabs
        """),
    Mistake(
      yaml: "a: b: c",
      message: """
        r.yaml:1:5: error: this is not YAML: mapping values are not allowed in this context
          1 | a: b: c
            |     ^ put text that contains ': ' in quotes
        """),
    Mistake(
      yaml: "a: [1, 2",
      message: """
        r.yaml:1:4: error: this is not YAML: while parsing a flow sequence: did not find expected ',' or ']'
          1 | a: [1, 2
            |    ^ this has no end
        """),
    Mistake(
      yaml: "a: 1\nb: \"x\n\n",
      message: """
        r.yaml:2:4: error: this is not YAML: while scanning a quoted scalar: found unexpected end of stream
          2 | b: "x
            |    ^ this has no end
        """),
    Mistake(
      yaml: "ä: 1\na: 2\nä: 3",
      message: """
        r.yaml:3:1: error: 'ä' is given twice; the first time in line 1
          3 | ä: 3
            | ^
        """),
    Mistake(
      yaml: "a: &x 1\nb: *x",
      message: """
        r.yaml:1:4: error: anchors (&name) are not supported in recipes; write the value again
          1 | a: &x 1
            |    ^^^^
        """),
    Mistake(
      yaml: "b: *x",
      message: """
        r.yaml:1:4: error: aliases (*name) are not supported in recipes; write the value again
          1 | b: *x
            |    ^^
        """),
    Mistake(
      yaml: "a: !!python/object:os.system x",
      message: """
        r.yaml:1:4: error: tags (!name) are not supported in recipes
          1 | a: !!python/object:os.system x
            |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """),
    Mistake(
      yaml: "{ [a]: 1 }",
      message: """
        r.yaml:1:3: error: a key is a word, not a list or a mapping
          1 | { [a]: 1 }
            |   ^
        """),
    Mistake(
      yaml: "a: 1\n---\nb: 2",
      message: """
        r.yaml:2:1: error: a second document begins here; a recipe is one document
          2 | ---
            | ^^^
        """),
    Mistake(
      yaml: "# only a comment\n",
      message: "error: r.yaml is empty"),
    Mistake(
      yaml: "a: x\u{1}y",
      message: """
        r.yaml:1:5: error: control characters are not allowed: U+1
          1 | a: x\u{1}y
            |     ^
        """),
  ]

  @Test(arguments: mistakes) func explains(_ mistake: Mistake) throws {
    let error = #expect(throws: RecipeError.self) { try RecipeNode.parse(mistake.yaml, name: "r.yaml") }
    #expect(error?.description == mistake.message)
  }

  @Test func refusesDeepNesting() throws {
    for bomb in [String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000)] {
      let error = #expect(throws: RecipeError.self) { try RecipeNode.parse(bomb, name: "bomb") }
      #expect(error?.problems.map(\.message) == ["nested more than 64 levels deep"])
    }
  }

  @Test func refusesLongFiles() throws {
    let text = "a: " + String(repeating: "x", count: RecipeNode.longestText)
    let error = #expect(throws: RecipeError.self) { try RecipeNode.parse(text, name: "r.yaml") }
    #expect(error?.description == "error: r.yaml is longer than 1048576 bytes; is it a recipe?")
  }

  @Test func showsPartOfALongLine() throws {
    let text =
      "a: \"" + String(repeating: "x", count: 400) + "\"\nb: [" + String(repeating: "y", count: 300) + ", &z 1]"
    let error = #expect(throws: RecipeError.self) { try RecipeNode.parse(text, name: "r.yaml") }
    let lines = error?.description.split(separator: "\n").map(String.init) ?? []
    #expect(lines.first == "r.yaml:2:307: error: anchors (&name) are not supported in recipes; write the value again")
    #expect(lines.dropFirst().allSatisfy { $0.count <= 170 })
    let caret = try #require(lines.last?.firstIndex(of: "^"))
    let column = lines[2].distance(from: lines[2].startIndex, to: caret)
    #expect(lines[1].dropFirst(column).hasPrefix("&z 1"))
  }

  @Test func survivesGarbage() {
    // Every prefix and every one-byte change of a recipe is either read or refused; nothing crashes.
    let recipe = Array("seed: 1\nmodels: { student: { type: \"b\\u00e4\", layers: [1, 2] } }\ntext: |\n  more\n".utf8)
    for index in recipe.indices {
      for byte in ["\0", "\t", "[", "}", "&", "*", "!", "\"", ":", "-", "\n", "\u{85}"] {
        var text = String(decoding: recipe[..<index], as: UTF8.self) + byte
        _ = try? RecipeNode.parse(text, name: "r")
        text += String(decoding: recipe[index...], as: UTF8.self)
        _ = try? RecipeNode.parse(text, name: "r")
      }
    }
  }
}
