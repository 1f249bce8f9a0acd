import Foundation
import RefluxTesting
import Testing

/// The built program: what it prints and how it ends.
@Suite struct ProgramTests {
  @Test(arguments: [["--help"], ["help"], ["train", "--help"], ["quickstart", "-h"]])
  func helpIsAnAnswer(_ arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(result.output.contains("USAGE: reflux"))
  }

  /// Expected ids: `tokenizers`, from the fixture's truncation rows.
  @Test func tokenizesDownToTheSpecialTokens() throws {
    try withTemporaryDirectory { directory in
      let (model, rows) = (fixture("roberta/model"), "\(directory)/rows.jsonl")
      let text = #"{"text": "a b c d e f g h i j", "text_pair": "k l m n o p q r s t"}"#
      try Data(text.utf8).write(to: URL(fileURLWithPath: rows))
      func tokenize(_ limit: String) throws -> Program.Outcome {
        try Program.run(["tokenize", "--model", model, "--input", rows, "--output", "-", "--max-length", limit])
      }
      let short = try tokenize("4")
      #expect(short.output == #"{"input_ids": [0, 2, 2, 2], "token_type_ids": [0, 0, 0, 0]}"# + "\n")
      let longer = try tokenize("7")
      #expect(longer.output.hasPrefix(#"{"input_ids": [0, 68, 2, 2, 78, 294, 2], "#))
      let refused = try tokenize("3")
      #expect(refused.code == 2)
      #expect(refused.errors == "error: --max-length must be at least 4: so many special tokens a pair has\n")
    }
  }

  @Test func mistakesOfTheRecipeEndWithTwo() throws {
    try withTemporaryDirectory { directory in
      let file = "\(directory)/r.yaml"
      func check(_ text: String, _ change: String = "seed=1") throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        let result = try Program.run(["check", file, change])
        #expect(result.code == 2 && result.output.isEmpty)
        return result.errors
      }
      let start = "task: { type: rte, data: glue }\nmodel: { type: bert, checkpoint: DIR }\nmethod: dlb\n"
      let empty = try check("")
      #expect(empty == "error: \(file) is empty\n")
      let comment = try check(start, "output=#x")
      #expect(
        comment == """
          command line:1:8: error: text that begins with '#' must be quoted
            1 | output=#x
              |        ^^

          """)
      let short = try check(start + "max_length: 4")
      #expect(
        short == """
          \(file):4:13: error: max_length: must be from 5 to 1000000, but is '4'
            4 | max_length: 4
              |             ^

          """)
    }
  }
}
