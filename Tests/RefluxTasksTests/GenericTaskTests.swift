import RefluxCore
import RefluxTesting
import Testing

/// Tasks from a user's own tables.
@Suite struct GenericTaskTests {
  @Test func csvWithQuotes() throws {
    let csv = "text,label,\"note\"\r\n\"a, \"\"b\"\"\nc\",yes,x\r\n\r\nplain \"q\",no,\r\n\"\",yes,\"z\"\r\n"
    #expect(
      try shown("{ type: text-classification, train: t.csv }", .train, ["t.csv": csv])
        == ["a, \"b\"\nc -> 1", "plain \"q\" -> 0", " -> 1"])
  }

  @Test func tsvWithNamedColumns() throws {
    let tsv = "id\ts1\ts2\tclass\n1\ta \"b\tc\tpos\n2\td\te\tneg\n"
    let recipe =
      "{ type: text-classification, train: t.tsv, text: s1, text_pair: s2, label: class, labels: [pos, neg] }"
    #expect(try shown(recipe, .train, ["t.tsv": tsv]) == ["a \"b | c -> 0", "d | e -> 1"])
  }

  @Test func blankLinesOfATableArePassedOver() throws {
    let tsv = "text\tlabel\na\tno\n\nb\tyes\n\n"
    #expect(
      try shown("{ type: text-classification, train: t.tsv, labels: [no, yes] }", .train, ["t.tsv": tsv])
        == ["a -> 0", "b -> 1"])
  }

  @Test func anEmptyCellIsNoLabel() throws {
    let files = ["t.csv": "text,label\na,no\nb,\n"]
    #expect(
      try shown("{ type: text-classification, unlabeled: t.csv, labels: [no, yes] }", .unlabeled, files)
        == ["a -> 0", "b"])
    for labels in ["", ", labels: [no, yes]"] {
      #expect(
        try message("{ type: text-classification, train: t.csv\(labels) }", .train, files)
          == "DIR/t.csv:3: 'label' is empty")
    }
  }

  @Test func aNumberMustFitAFloat() throws {
    #expect(
      try message("{ type: text-regression, train: t.csv }", .train, ["t.csv": "text,label\na,1\nb,1e300\n"])
        == "DIR/t.csv:3: 'label' is too large: '1e300'")
  }

  @Test func jsonLinesWithAndWithoutPairs() throws {
    let rows = """
      {"text": "a", "label": 1}
      {"text": "b", "text_pair": "c", "label": 0}
      {"input_ids": [2, 5, 3], "token_type_ids": [0, 0, 1], "labels": 1}
      {"input_ids": [2, 3], "label": 0}
      """
    #expect(
      try shown("{ type: text-classification, train: t.jsonl }", .train, ["t.jsonl": rows])
        == ["a -> 1", "b | c -> 0", "[2, 5, 3] [0, 0, 1] -> 1", "[2, 3] [] -> 0"])
  }

  @Test func numbersAreClassNumbers() throws {
    let recipe = "{ type: text-classification, validation: v.jsonl, labels: [bad, good] }"
    let rows = "{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\", \"label\": \"bad\"}\n"
    #expect(try shown(recipe, .validation, ["v.jsonl": rows]) == ["a -> 1", "b -> 0"])
  }

  @Test func classesComeFromTheTrainingFile() throws {
    func classes(_ labels: [String]) throws -> PredictionKind {
      let csv = "text,label\n" + labels.map { "x,\($0)\n" }.joined()
      return try withFiles(["t.csv": csv]) {
        try task("{ type: text-classification, train: t.csv }", in: $0).prediction
      }
    }
    #expect(try classes(["no", "yes", "maybe", "no"]) == .classes(["maybe", "no", "yes"]))
    #expect(try classes(["0", "3"]) == .classes(["0", "1", "2", "3"]))
  }

  @Test func regressionAndUnlabelledRows() throws {
    let files = ["t.csv": "text,label\na,0.5\nb,-2\n", "u.jsonl": "{\"text\": \"c\"}\n"]
    let recipe = "{ type: text-regression, train: t.csv, unlabeled: u.jsonl }"
    #expect(try shown(recipe, .train, files) == ["a -> 0.5", "b -> -2.0"])
    #expect(try shown(recipe, .unlabeled, files) == ["c"])
    try withFiles(files) { directory in
      let task = try task(recipe, in: directory)
      #expect(task.prediction == .score)
      #expect(task.evaluationSplits == [])
      #expect(task.metrics().flatMap(\.scores).map(\.name) == ["pearson", "spearman"])
    }
  }

  @Test func examplesKnowTheirLines() throws {
    let csv = "text,label\n\"a\nb\",0\nc,1\n"
    try withFiles(["t.csv": csv]) { directory in
      let examples = try task("{ type: text-classification, train: t.csv }", in: directory).examples(.train)
      #expect(examples.map(\.place?.line) == [2, 4])
      #expect(examples.allSatisfy { $0.place?.path.hasSuffix("/t.csv") == true })
    }
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let recipe: String, files: Files, message: String
    var testDescription: String { message }
    init(_ recipe: String, _ files: Files, _ message: String) {
      (self.recipe, self.files, self.message) = ("{ type: text-classification, \(recipe) }", files, message)
    }
  }
  static let mistakes = [
    Mistake(
      "labels: [a, b]", [:], "task 'text-classification': needs a file: one of train, validation, test, unlabeled"),
    Mistake(
      "train: t.csv, labels: [a]", [:], "task 'text-classification': labels: wants two or more names, but has one"),
    Mistake("train: t.csv, labels: [a, a]", [:], "task 'text-classification': labels: a name is given twice"),
    Mistake("validation: t.csv", [:], "task 'text-classification': needs 'labels', because there is no training file"),
    Mistake(
      "validation: t.csv, labels: [a, b]", [:],
      "the task 'text-classification' has no train file: add 'train: FILE' to it"),
    Mistake("train: t.csv", [:], "DIR/t.csv: cannot be opened: No such file or directory"),
    Mistake(
      "train: t.xlsx", [:],
      "DIR/t.xlsx: what it holds is not clear; wants a name that ends with .csv, .tsv, .txt, .jsonl or .json"),
    Mistake("train: t.csv", ["t.csv": ""], "DIR/t.csv: is empty"),
    Mistake("train: t.csv", ["t.csv": "text,label\n"], "DIR/t.csv: has no rows"),
    Mistake(
      "train: t.csv", ["t.csv": "sentence,label\na,b\n"],
      "DIR/t.csv:1: has no column 'text'; there are: sentence, label"),
    Mistake(
      "train: t.csv, text_pair: other", ["t.csv": "text,label\na,b\n"],
      "DIR/t.csv:1: has no column 'other'; there are: text, label"),
    Mistake("train: t.csv", ["t.csv": "text\na\n"], "DIR/t.csv:1: has no column 'label'; there are: text"),
    Mistake(
      "train: t.csv, labels: [x, y], label: class", ["t.csv": "text,label\na,b\n"],
      "DIR/t.csv:1: has no column 'class'; there are: text, label"),
    Mistake("train: t.jsonl, labels: [x, y]", ["t.jsonl": #"{"text": "a"}"#], "DIR/t.jsonl:1: 'label' is missing"),
    Mistake("train: t.csv", ["t.csv": "text,label\na,b,c\n"], "DIR/t.csv:2: has 3 columns, but wants 2"),
    Mistake(
      "train: t.csv", ["t.csv": "text,label\na,b\n\"c,d\n"], "DIR/t.csv:3: has a field with no closing quote"),
    Mistake(
      "train: t.csv", ["t.csv": "text,label\n\"a\"b,c\n"],
      "DIR/t.csv:2: wants a comma after the closing quote of a field"),
    Mistake(
      "train: t.csv", ["t.csv": "text,label\na,b\n"],
      "DIR/t.csv: every row has the same class, 'b'; give 'labels' if there are others"),
    Mistake(
      "train: t.csv", ["t.csv": "text,label\na,-1\nb,2\n"],
      "DIR/t.csv:2: 'label' wants a class, but is -1; numbers of classes lie in 0 to 9999"),
    Mistake(
      "train: t.csv, labels: [x, y]", ["t.csv": "text,label\na,z\n"],
      "DIR/t.csv:2: no label is called 'z'; there are: x, y"),
    Mistake(
      "train: t.csv, labels: [x, y]", ["t.csv": "text,label\na,2\n"], "DIR/t.csv:2: the label 2 is outside 0 to 1"),
    Mistake(
      "train: t.jsonl, labels: [x, y]", ["t.jsonl": #"{"label": 0}"#], "DIR/t.jsonl:1: 'text' is missing"),
    Mistake(
      "train: t.jsonl, labels: [x, y]", ["t.jsonl": #"{"input_ids": [1, "a"], "label": 0}"#],
      "DIR/t.jsonl:1: 'input_ids' wants a list of integers, but has \"a\""),
    Mistake(
      "train: t.jsonl, labels: [x, y]", ["t.jsonl": #"{"input_ids": 3, "label": 0}"#],
      "DIR/t.jsonl:1: 'input_ids' wants a list of integers, but is an integer"),
    Mistake(
      "train: t.jsonl, labels: [x, y], metrics: [pearson]", ["t.jsonl": "{}"],
      "'pearson' scores numbers, and the task predicts classes"),
    Mistake("train: t.csv, metrics: []", [:], "task 'text-classification': metrics: wants at least one"),
    Mistake(
      "train: t.csv, metrics: [f1, f1]", [:], "task 'text-classification': metrics: one is given twice"),
    Mistake(
      "train: t.csv", ["t.csv": "text,label,text\na,b,c\n"], "DIR/t.csv:1: has the column 'text' twice"),
  ]

  @Test(arguments: mistakes) func names(_ mistake: Mistake) throws {
    #expect(try message(mistake.recipe, .train, mistake.files) == mistake.message)
  }
}
