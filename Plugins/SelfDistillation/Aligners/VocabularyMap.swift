import RefluxCore

/// Vocabulary map matching (Fu et al., 2024): a row's token vectors are added up into one map of the vocabulary, and two
/// maps are compared as two predictions of a class would be.
///
/// A map is `ln M` here, so that everything that is said of logits holds of it; `M` is the mean distribution of the
/// row's tokens. One map per row is remembered, `[vocabulary]`, unless every token is softened by itself. A row without
/// positions has weight 0.
struct VocabularyMap: OutputAligner {
  static let name = "vocabulary-map"
  static let summary = "Text as one map of the vocabulary per row (VMM), whatever its length."
  static let suits: Set<PredictionForm> = [.text]

  private let options: VocabularyMapOptions
  init(_ options: VocabularyMapOptions, _: inout BuildContext) { self.options = options }

  var usesTemperature: Bool { options.temperature == .onTokens }

  func output(
    of model: any Model, on input: TokenBlock, said: ModelOutput, matched: Int, _ pass: inout ForwardPass
  ) throws -> ModelOutput {
    _ = try said.tokenPredictions(for: Self.name)
    let compared =
      options.positions == .response
      ? said : try model(try GreedyText(model, atMost: options.maxNewTokens).continuing(input), &pass)
    if options.vector == .probabilities, !usesTemperature { compared.tokens?.expectMaps(withGradientsOfRows: matched) }
    return compared
  }

  func summary(of output: ModelOutput, _ examples: Range<Int>) throws -> OutputSummary {
    let tokens = try output.tokenPredictions(for: Self.name)
    guard !usesTemperature else { return tokens.everyLogit(of: examples) }
    return OutputSummary(map(of: tokens).sliced(examples))
  }

  func align(_ output: ModelOutput, with kept: OutputSummary, temperature: Tensor?) throws -> AlignedPair {
    var tokens = try output.tokenPredictions(for: Self.name)
    let count = kept.rows.rowCount
    var before = kept.logits
    if usesTemperature {
      tokens = tokens.prefix(rows: count)
      before = map(of: kept, temperature)
    }
    return AlignedPair(
      student: ModelOutput(logits: map(of: tokens, temperature).sliced(0..<count)),
      teacher: ModelOutput(logits: before),
      weights: tokens.prefix(rows: count).rows.presence(on: before.backend))
  }

  // MARK: - Maps

  /// One map per row, as logits: `[rows, vocabulary]`.
  private func map(of tokens: TokenPredictions, _ temperature: Tensor? = nil) -> Tensor {
    guard options.vector == .probabilities else { return normalised(tokens.meanLogits(), tokens.rows, isLogits: true) }
    let used = usesTemperature ? temperature : nil
    return undone(used, normalised(tokens.vocabularyMaps(temperature: used), tokens.rows, isLogits: false))
  }

  /// The same from logits of every position that were kept.
  private func map(of kept: OutputSummary, _ temperature: Tensor?) -> Tensor {
    let owners = kept.rows.owners
    let logits = temperature.map { value in
      kept.logits / (value.rank == 0 ? value : value.taking(owners).reshaped([owners.count, 1]))
    }
    let maps = kept.rows.means(of: (logits ?? kept.logits).logSoftmax().exp())
    return undone(temperature, normalised(maps, kept.rows, isLogits: false))
  }

  /// What is softened already must come out as it is when it is divided by the temperature.
  private func undone(_ temperature: Tensor?, _ logits: Tensor) -> Tensor {
    guard let temperature else { return logits }
    return logits * (temperature.rank == 0 ? temperature : temperature.reshaped([temperature.count, 1]))
  }

  /// From means over positions to logits of a distribution.
  private func normalised(_ means: Tensor, _ rows: RowOffsets, isLogits: Bool) -> Tensor {
    switch options.normalise {
    case .sum: return isLogits ? means : (means + TokenPredictions.leastProbability).log()
    case .softmaxOfSum:
      return means * Tensor(rows.lengths.map { Float($0) }, [rows.rowCount, 1], on: means.backend)
    case .minMax:
      let (least, most) = (means.min([-1], keepingAxes: true), means.max([-1], keepingAxes: true))
      let scaled = (means - least) / (most - least + TokenPredictions.leastProbability) + 1e-8
      return (scaled / scaled.sum([-1], keepingAxes: true)).log()
    }
  }
}
