import RefluxCore

/// Subject-verb agreement in sentences that are made up here: no file, no download.
///
/// Half of the sentences are right, half have the wrong number on their main verb: "the cats near the dog sleep" and
/// "the cats near the dog sleeps". Nouns between subject and verb (attractors) often have the other number, so looking
/// at the nearest noun is no help (Linzen et al., 2016, Transactions of the ACL 4).
///
/// No subject meets the same verb in two splits, so that what is memorised in training is of no use in validation.
struct Agreement: Task {
  static let name = "agreement"
  static let summary = "Is the verb's number right? Generated sentences with distracting nouns; needs no data."
  struct Options: ComponentOptions {
    @Option("Sentences of the training split.", in: 1...1_000_000) var trainSize = 2000
    @Option("Sentences of the validation split, and of the test split.", in: 1...1_000_000) var validationSize = 500
    @Option("Sentences of the unlabeled split, whose labels only self-training's report looks at.", in: 0...1_000_000)
    var unlabeledSize = 2000
    @Option("Which sentences are made; another number makes others.", in: 0...) var grammarSeed = 1
  }

  static let form: PredictionForm? = .classes
  let options: Options
  init(_ options: Options, _: inout BuildContext) { self.options = options }

  let prediction = PredictionKind.classes(["unacceptable", "acceptable"])
  func metrics() -> [any Metric] { [Accuracy(), Matthews()] }
  var words: [String]? { AgreementLexicon.words }

  func examples(_ split: Split) throws -> [Example] {
    let sizes: [(split: Split, size: Int)] = [
      (.train, options.trainSize), (.validation, options.validationSize), (.test, options.validationSize),
      (.unlabeled, options.unlabeledSize),
    ]
    guard let size = sizes.first(where: { $0.split == split })?.size else {
      throw RecipeError.noSplit(split, of: Self.name, known: sizes.map(\.split))
    }
    var random = RandomSource(seed: UInt64(options.grammarSeed), "agreement \(split.rawValue)")
    return (0..<size).map { index in
      let sentence = AgreementSentence(for: split, &random)
      // One after the other, so that both labels are equally frequent.
      let isRight = index.isMultiple(of: 2)
      return Example(rows: [.text(sentence.text(agrees: isRight))], label: .category(isRight ? 1 : 0))
    }
  }
}
