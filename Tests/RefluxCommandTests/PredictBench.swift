import RefluxIO
import RefluxTesting
import Testing

/// `reflux predict` with the fixtures' BERT.
struct PredictBench {
  /// What transformers says.
  let expected: JSON
  let model = fixture("bert/model")
  init() throws { expected = try JSON(contentsOf: fixture("bert/expected.json")) }

  /// The fixtures' batch without its padding, as a program hands it in.
  var rows: String {
    get throws {
      let batch = try #require(expected["batch"])
      let counts = try #require(batch["attention_mask"]?.array).map { row in numbers(row).count { $0 == 1 } }
      return counts.enumerated().map { row, count -> String in
        let fields = ["input_ids", "token_type_ids"].map { key in
          (key, JSON.array(Array((batch[key]?.array?[row].array ?? []).prefix(count))))
        }
        return JSON.object(JSONObject(fields)).text + "\n"
      }.joined()
    }
  }

  func predict(_ input: String, model: String? = nil, _ more: String...) throws -> Program.Outcome {
    try Program.run(
      ["predict", "--model", model ?? self.model, "--input", "-", "--output", "-", "--threads", "1"] + more,
      input: input)
  }
}

/// The values of JSON lines.
func jsonLines(_ text: String) throws -> [JSON] {
  try text.split(separator: "\n").map { try JSON(parsing: $0.utf8, name: "output") }
}

/// All numbers of a nested list, in order.
func numbers(_ json: JSON?) -> [Double] {
  json?.numbers ?? []
}

/// The largest absolute difference; infinite if the counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}
