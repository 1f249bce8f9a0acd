/// What a language model says at the positions it was asked about: hidden states and the head that turns them into
/// logits over the vocabulary.
///
/// `[positions, vocabulary]` never exists as a whole unless ``logits`` is asked for: losses, entropies and vocabulary
/// maps are worked out a chunk of positions at a time, forward and backward, and share one pass over the logits.
public struct TokenPredictions {
  /// What the head is applied to.
  public let hidden: Tensor  // [positions, hiddenSize]
  public let head: Tensor  // [vocabulary, hiddenSize]
  /// Which positions belong to which row of the block; a row may have none.
  public let rows: RowOffsets  // [rows + 1]
  /// The id that each position must predict; `nil` when the block had no targets: the positions are then the rows' last.
  public let targets: [Int]?  // [positions]
  private let pass: SharedPass

  public init(hidden: Tensor, head: Tensor, rows: RowOffsets, targets: [Int]?) {
    precondition(
      hidden.shape[0] == rows.tokenCount && targets?.count ?? rows.tokenCount == rows.tokenCount,
      "\(hidden.shape[0]) hidden states and \(targets?.count ?? 0) targets for \(rows.tokenCount) positions")
    (self.hidden, self.head, self.rows, self.targets, pass) = (hidden, head, rows, targets, SharedPass())
  }

  public var vocabularySize: Int { head.shape[0] }
  public var detached: TokenPredictions {
    TokenPredictions(hidden: hidden.detached, head: head.detached, rows: rows, targets: targets)
  }

  /// Says before anything else is asked that vocabulary maps will be, and that gradients will flow into those of the
  /// first `count` rows: one pass over the logits then serves losses and maps.
  public func expectMaps(withGradientsOfRows count: Int) { pass.mapRows = (rows, count) }

  /// `−log p(target)` of each position: `[positions]`.
  ///
  /// `temperature`, a scalar or one value per row, divides the logits.
  public func losses(temperature: Tensor? = nil) -> Tensor {
    guard let temperature else { return statistics.losses }
    return softened(temperature).tokenStatistics(head: head, targets: targets ?? []).losses
  }

  /// The entropy of each position's distribution, in nats, without history: `[positions]`.
  public var entropies: Tensor { statistics.entropies }

  /// The mean distribution over each row's positions: `[rows, vocabulary]`; zeros for a row without any.
  public func vocabularyMaps(temperature: Tensor? = nil) -> Tensor {
    if temperature == nil, let maps = statistics.maps { return maps }
    let hidden = temperature.map(softened) ?? hidden
    let found = hidden.tokenStatistics(
      head: head, targets: targets, maps: rows, gradientRows: hidden.isTracked || head.isTracked ? rows.rowCount : 0)
    return found.maps ?? Tensor([], [0, vocabularySize], on: hidden.backend)
  }

  /// What a probability is raised by, so that the logarithm of one that is 0 is finite.
  public static let leastProbability: Float = 1e-20

  /// Each row's mean distribution as logits of one prediction of a token, without history: `[rows, vocabulary]`.
  public var mapLogits: Tensor { (vocabularyMaps().detached + Self.leastProbability).log() }

  /// The mean entropy of each row's positions, in nats, without history: `[rows]`; 0 for a row without any.
  public var rowEntropies: Tensor { rowMeans(entropies) }

  /// The mean of each row's logits: `[rows, vocabulary]`.
  public func meanLogits() -> Tensor { rowMeans(hidden).linear(head) }

  /// All logits at once, for tests and for few positions: `[positions, vocabulary]`.
  public var logits: Tensor { hidden.linear(head) }

  /// Whether each position's target is its likeliest token; the logits of some positions exist at a time. `[positions]`
  public var hits: [Bool] {
    guard let targets else { return [] }
    let size = max(1, (1 << 22) / max(vocabularySize, 1))
    return stride(from: 0, to: targets.count, by: size).flatMap { start in
      let range = start..<min(start + size, targets.count)
      return zip(hidden.detached.sliced(range).linear(head.detached).argmax(), targets[range]).map { $0 == $1 }
    }
  }

  /// The mean over each row's positions of values `[positions]` or `[positions, width]`; 0 for a row without any.
  public func rowMeans(_ values: Tensor) -> Tensor { rows.means(of: values) }

  /// The predictions about the first rows alone.
  public func prefix(rows count: Int) -> TokenPredictions {
    let positions = Int(rows.starts[count])
    return TokenPredictions(
      hidden: hidden.sliced(0..<positions), head: head,
      rows: RowOffsets(starts: Array(rows.starts.prefix(count + 1))),
      targets: targets.map { Array($0.prefix(positions)) })
  }

  private var statistics: TokenStatistics {
    if let made = pass.statistics { return made }
    let made = hidden.tokenStatistics(
      head: head, targets: targets, maps: pass.mapRows?.rows, gradientRows: pass.mapRows?.gradients ?? 0)
    pass.statistics = made
    return made
  }

  /// Hidden states that give logits divided by a temperature.
  private func softened(_ temperature: Tensor) -> Tensor {
    guard temperature.rank > 0 else { return hidden / temperature }
    let owners = rows.owners
    return hidden / temperature.taking(owners).reshaped([owners.count, 1])
  }
}

/// The one pass over the logits that losses, entropies and maps come from; made when the first of them is asked for.
private final class SharedPass {
  var mapRows: (rows: RowOffsets, gradients: Int)?
  var statistics: TokenStatistics?
}
