/// How to run a model this time: dropout on or off, which intermediate results to keep.
public struct ForwardPass: DropoutSites {
  /// Intermediate results that are kept.
  public struct Wants: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let hiddenStates = Wants(rawValue: 1), pooled = Wants(rawValue: 2)
  }
  public var isTraining: Bool
  public var wants: Wants
  /// Keys and values of the tokens before those of the block, for a decoder that goes on with text; it adds its own.
  public var cache: KeyValueCache?
  private var random: RandomSource

  /// `random` names the seed and the step; every dropout site of the pass takes the next key from it.
  public init(training: Bool, wants: Wants = [], random: RandomSource = RandomSource(seed: 0)) {
    (isTraining, self.wants, self.random) = (training, wants, random)
  }

  /// The next dropout site of this pass, or `nil` when nothing is dropped.
  ///
  /// A site takes a key whether it drops or not.
  public mutating func dropout(_ rate: Float) -> Dropout? {
    let key = random.next()
    return isTraining && rate > 0 ? Dropout(key: key, rate: rate) : nil
  }
}
