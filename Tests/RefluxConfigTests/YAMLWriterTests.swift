import RefluxConfig
import Testing

@Suite struct YAMLWriterTests {
  @Test(arguments: [
    "on", "No", "y", "null", "~", "", " x ", "1.5", "2e-5", "0x10", "1:30", "-", "- a", "a: b", "a #b", "#", "'", "\"",
    "\\", "line\nbreak", "tab\t", "ünïcode …", "@home", "*x", "&x", "!x", "%x", "`", "{", "]", "?", "|", ">", "=", "<<",
    "true", ".inf", "12", "+1", "a/b-c_d.e", "\u{85}", "\u{2028}", "\u{7F}", "\u{1}", "\u{FEFF}x", "emoji 🙂", ".",
    "...",
  ])
  func keepsText(_ text: String) throws {
    let tree = RecipeNode(.map([.init("key", RecipeNode(.scalar(text), isQuoted: true)), .init(text, "value")]))
    let read = try RecipeNode.parse(tree.yaml, name: "r.yaml")
    #expect(read["key"]?.text == text)
    #expect(read.entries?.last?.key == text)
    // Whoever else reads it must not take it for a number, a truth value or nothing.
    let isWord = text.allSatisfy { $0.isLetter || "/-_.".contains($0) } && text.count > 3 && text != "true"
    #expect(read["key"]?.isQuoted == true || isWord)
  }

  @Test func layout() throws {
    let tree: RecipeNode = [
      "seed": 42, "task": ["type": "rte", "data": "data/glue/RTE"],
      "strategy": [
        "type": "single",
        "objective": ["type": "previous-batch", "scheduler": ["type": "constant", "temperature": 3.5]],
        "learners": ["student", "on"], "rounds": [["a": 1], ["b": ["c": true]]],
      ], "empty": [:], "none": [],
    ]
    #expect(
      tree.yaml == """
        seed: 42
        task: { type: rte, data: data/glue/RTE }
        strategy:
          type: single
          objective:
            type: previous-batch
            scheduler: { type: constant, temperature: 3.5 }
          learners: [student, "on"]
          rounds: [{ a: 1 }, { b: { c: true } }]
        empty: {}
        none: []

        """)
    #expect(try RecipeNode.parse(tree.yaml, name: "r.yaml").yaml == tree.yaml)
  }
}
