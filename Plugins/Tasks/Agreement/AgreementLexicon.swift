/// The words of the agreement task.
enum AgreementLexicon {
  /// A noun or a verb in both numbers.
  struct Word {
    let singular: String, plural: String
    func form(plural isPlural: Bool) -> String { isPlural ? plural : singular }
  }

  static let nouns = nouns(
    """
    cat dog bird horse child/children farmer teacher doctor singer painter king queen robot pilot sailor judge student \
    neighbor cousin baker wolf/wolves mouse/mice woman/women goose/geese
    """)
  static let intransitive = verbs(
    "sleep sing dance laugh wait smile run jump swim cough shout kneel yawn whisper listen work")
  static let transitive = verbs("chase see like help follow know avoid admire find hear")
  static let prepositions = ["near", "behind", "beside", "with", "above", "below"]
  static let adverbs = ["today", "often", "quietly", "again", "outside", "here"]

  static let words =
    ["the", "that", "."] + (nouns + intransitive + transitive).flatMap { [$0.singular, $0.plural] } + prepositions
    + adverbs

  /// `cat child/children`: the plural has an -s unless it is given.
  private static func nouns(_ text: String) -> [Word] {
    text.split(separator: " ").map { entry in
      let forms = entry.split(separator: "/").map(String.init)
      return Word(singular: forms[0], plural: forms.count > 1 ? forms[1] : forms[0] + "s")
    }
  }

  /// `sleep`: the singular has an -s.
  private static func verbs(_ text: String) -> [Word] {
    text.split(separator: " ").map { Word(singular: $0 + "s", plural: String($0)) }
  }
}
