import RefluxCore
import Testing

@testable import RefluxTasks

@Suite struct AgreementTests {
  private func task(_ yaml: String = "agreement") throws -> any Task {
    let node = try RecipeNode.parse(yaml, name: "r.yaml")
    var context = BuildContext()
    return try Blueprint<any Task>(node, OptionScope(try Registry([TasksPlugin.self]))).build(&context)
  }

  private func sentences(_ task: any Task, _ split: Split) throws -> [(words: [String], isRight: Bool)] {
    try task.examples(split).map { example in
      guard case .text(let text, nil) = try #require(example.rows.first) else { throw RecipeError("no text") }
      return (text.split(separator: " ").map(String.init), example.label == .category(1))
    }
  }

  /// Parses a sentence from its words alone: the number of the subject, of the main verb, and their dictionary forms.
  private func parse(_ words: [String]) throws -> (subject: Int, verb: Int, agrees: Bool) {
    let subject = try #require(AgreementLexicon.nouns.firstIndex { [$0.singular, $0.plural].contains(words[1]) })
    let isMain = { (word: String) in
      AgreementLexicon.intransitive.firstIndex { [$0.singular, $0.plural].contains(word) }
    }
    let mains = words.compactMap(isMain)
    let verb = try #require(mains.first)
    #expect(mains.count == 1)
    let isPlural = words[1] == AgreementLexicon.nouns[subject].plural
    return (subject, verb, words.contains(AgreementLexicon.intransitive[verb].form(plural: isPlural)))
  }

  @Test func labelsSayWhetherSubjectAndVerbAgree() throws {
    for split in [Split.train, .validation, .test, .unlabeled] {
      let sentences = try sentences(try task(), split)
      #expect(sentences.count { $0.isRight } * 2 == sentences.count)
      for sentence in sentences {
        #expect(try parse(sentence.words).agrees == sentence.isRight, "\(sentence.words.joined(separator: " "))")
      }
    }
  }

  @Test func splitsShareNoSubjectWithItsVerb() throws {
    func pairs(_ split: Split) throws -> Set<[Int]> {
      Set(
        try sentences(try task(), split).map { sentence in
          let parsed = try parse(sentence.words)
          return [parsed.subject, parsed.verb]
        })
    }
    let (train, validation, test) = (try pairs(.train), try pairs(.validation), try pairs(.test))
    #expect(train.isDisjoint(with: validation) && train.isDisjoint(with: test) && validation.isDisjoint(with: test))
    #expect(try train.isDisjoint(with: pairs(.unlabeled)) == false)
    // Every word is met in training.
    #expect(Set(train.map { $0[0] }) == Set(AgreementLexicon.nouns.indices))
    #expect(Set(train.map { $0[1] }) == Set(AgreementLexicon.intransitive.indices))
  }

  @Test func theNearestNounIsNoHelp() throws {
    // Guessing that the verb has the number of the noun before it is right much less often than the labels are.
    let forms = AgreementLexicon.nouns
    let sentences = try sentences(try task("{ type: agreement, validation_size: 2000 }"), .validation)
    let right = try sentences.count { sentence in
      let parsed = try parse(sentence.words)
      let place = try #require(
        sentence.words.firstIndex { word in
          [AgreementLexicon.intransitive[parsed.verb].singular, AgreementLexicon.intransitive[parsed.verb].plural]
            .contains(word)
        })
      let nearest = try #require(
        sentence.words[..<place].last { word in forms.contains { [$0.singular, $0.plural].contains(word) } })
      let isPlural = forms.contains { $0.plural == nearest }
      let guess = sentence.words[place] == AgreementLexicon.intransitive[parsed.verb].form(plural: isPlural)
      return guess == sentence.isRight
    }
    #expect((0.5..<0.7).contains(Double(right) / Double(sentences.count)))
  }

  @Test func sameSeedSameSentences() throws {
    let (one, other) = (try task(), try task("{ type: agreement, grammar_seed: 2 }"))
    #expect(try sentences(one, .train).map(\.words) == sentences(try task(), .train).map(\.words))
    #expect(try sentences(one, .train).map(\.words) != sentences(other, .train).map(\.words))
    #expect(try sentences(one, .validation).prefix(3).map(\.words) != sentences(one, .test).prefix(3).map(\.words))
  }

  @Test func everyWordIsListed() throws {
    let words = Set(try #require(try task().words))
    for sentence in try sentences(try task(), .train) { #expect(words.isSuperset(of: sentence.words)) }
  }

  @Test func unknownSplits() throws {
    let error = #expect(throws: RecipeError.self) { try task().examples("dev") }
    #expect(
      error?.description == "error: the task 'agreement' has no split 'dev'; it has: train, validation, test, unlabeled"
    )
  }
}
