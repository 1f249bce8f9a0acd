import RefluxCore

/// `identity` for classes and scores, `vocabulary-map` for text.
struct AutomaticAligner: OutputAligner {
  static let name = "automatic"
  static let summary = "identity for classes and scores, vocabulary-map for text."
  private let identity: Identity
  private let map: VocabularyMap

  init(_: NoOptions, _ context: inout BuildContext) {
    identity = Identity(NoOptions(), &context)
    map = VocabularyMap(VocabularyMapOptions(), &context)
  }

  private func chosen(for output: ModelOutput) -> any OutputAligner { output.tokens == nil ? identity : map }

  func output(
    of model: any Model, on input: TokenBlock, said: ModelOutput, matched: Int, _ pass: inout ForwardPass
  ) throws -> ModelOutput {
    try chosen(for: said).output(of: model, on: input, said: said, matched: matched, &pass)
  }
  func summary(of output: ModelOutput, _ examples: Range<Int>) throws -> OutputSummary {
    try chosen(for: output).summary(of: output, examples)
  }
  func align(_ output: ModelOutput, with kept: OutputSummary, temperature: Tensor?) throws -> AlignedPair {
    try chosen(for: output).align(output, with: kept, temperature: temperature)
  }
}
