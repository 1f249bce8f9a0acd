import RefluxCore

/// A sentence whose main verb is yet to be given a number.
struct AgreementSentence {
  let beginning: [String]
  let verb: AgreementLexicon.Word
  let ending: [String]
  let isPlural: Bool

  /// Makes a sentence whose subject and main verb meet in this split only.
  init(for split: Split, _ random: inout RandomSource) {
    var subject = Int.random(in: AgreementLexicon.nouns.indices, using: &random)
    var main = Int.random(in: AgreementLexicon.intransitive.indices, using: &random)
    while Self.home(ofSubject: subject, verb: main) != (split == .unlabeled ? .train : split) {
      subject = Int.random(in: AgreementLexicon.nouns.indices, using: &random)
      main = Int.random(in: AgreementLexicon.intransitive.indices, using: &random)
    }
    isPlural = Bool.random(using: &random)
    let (noun, verb) = (AgreementLexicon.nouns[subject], AgreementLexicon.intransitive[main])
    beginning = ["the", noun.form(plural: isPlural)] + Self.modifier(ofPlural: isPlural, &random)
    self.verb = verb
    ending = Bool.random(using: &random) ? [AgreementLexicon.adverbs.picked(&random)] : []
  }

  func text(agrees: Bool) -> String {
    (beginning + [verb.form(plural: agrees == isPlural)] + ending).joined(separator: " ") + " ."
  }

  /// The split that a subject and a verb belong to: six in eight pairs are for training.
  private static func home(ofSubject subject: Int, verb: Int) -> Split {
    switch (subject * 5 + verb * 3) % 8 {
    case 0: .validation
    case 4: .test
    default: .train
    }
  }

  /// What stands between the subject and its verb; the nouns in it have a number of their own.
  private static func modifier(ofPlural subject: Bool, _ random: inout RandomSource) -> [String] {
    let attractor = Bool.random(using: &random)
    let noun = ["the", AgreementLexicon.nouns.picked(&random).form(plural: attractor)]
    let preposition = AgreementLexicon.prepositions.picked(&random)
    let verb = AgreementLexicon.transitive.picked(&random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return []
    case 1: return [preposition] + noun
    case 2:  // the cats that chase the dog
      return ["that", verb.form(plural: subject)] + noun
    case 3:  // the cats that the dog chases
      return ["that"] + noun + [verb.form(plural: attractor)]
    default:  // the cats near the dog behind the houses
      let second = AgreementLexicon.nouns.picked(&random).form(plural: Bool.random(using: &random))
      return [preposition] + noun + [AgreementLexicon.prepositions.picked(&random), "the", second]
    }
  }
}

extension Array {
  fileprivate func picked(_ random: inout RandomSource) -> Element { self[Int.random(in: indices, using: &random)] }
}
