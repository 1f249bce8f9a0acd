import RefluxCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The options of `uncertainty` and the arithmetic they stand for.
///
/// The paper leaves some of its formulas open; the defaults are its most likely reading, the rest are options.
struct UncertaintyOptions: ComponentOptions {
  enum Source: String, OptionChoice { case current, previous }
  enum Direction: String, OptionChoice { case oneMinus = "one-minus", direct }
  enum Normaliser: String, OptionChoice { case logC = "log-c", batchMax = "batch-max", weightSum = "weight-sum" }
  enum Rule: String, OptionChoice {
    case loss
    case lossOverBatchMean = "loss-over-batch-mean"
    case lossOverLogC = "loss-over-log-c"
    case onePlusLoss = "one-plus-loss"
  }
  enum TextUncertainty: String, OptionChoice { case tokenMean = "token-mean", map }
  enum Square: String, OptionChoice { case perExample = "per-example", base, none }

  @Option("The base temperature; dynamics multiply it (tau in equation 10).", in: 0.01...1000)
  var temperature: Float = 3
  @Option("Whether uncertain examples weigh less (equation 9); otherwise all weigh 1.") var dynamicWeight = true
  @Option("one-minus: certain examples weigh most, 1 - u / U; direct: uncertain ones do, u / U.")
  var direction = Direction.oneMinus
  @Option(
    "U, which the entropy is divided by: log-c (the largest possible), batch-max (the batch's largest), or weight-sum"
      + " (log-c, then weights are scaled to a mean of 1). With accumulation, of each batch by itself.")
  var normaliser = Normaliser.logC
  @Option("Whose entropy: of the prediction of this step, or of the previous one.")
  var uncertaintySource = Source.current
  @Option("Of text, whose entropy: the mean of a row's tokens, or of its map of the vocabulary.")
  var textUncertainty = TextUncertainty.tokenMean
  @Option("Whether badly predicted examples get a higher temperature (equation 10).") var dynamicTemperature = true
  @Option(
    "What multiplies the temperature: an example's loss, the loss over the mean of its batch, the loss over ln C, or"
      + " 1 + loss."
  )
  var rule = Rule.loss
  @Option("Whose loss: of the prediction of this step, or of the previous one.") var lossSource = Source.current
  @Option("What makes up for soft gradients: each example's squared temperature, the base one's square, or nothing.")
  var square = Square.perExample
  @Option("The lowest temperature an example can get; 1 never sharpens.", in: 0.01...1000)
  var minimumTemperature: Float = 0.1
  @Option("The highest temperature an example can get.", in: 0.01...1000) var maximumTemperature: Float = 20

  func validate() throws {
    if minimumTemperature > maximumTemperature {
      throw RecipeError(
        "minimum_temperature (\(minimumTemperature)) must not be above maximum_temperature (\(maximumTemperature))")
    }
  }
}

extension UncertaintyOptions {
  /// The weight of each example, from 0 to 1; with `weight-sum` their mean is 1 instead.
  func weights(_ uncertainty: [Float], classes: Int) -> [Float] {
    let largest = normaliser == .batchMax ? uncertainty.max() ?? 0 : log(Float(classes))
    guard largest >= 1e-12 else { return uncertainty.map { _ in 1 } }
    let weights = uncertainty.map { u in
      let share = min(max(u / largest, 0), 1)
      return direction == .oneMinus ? 1 - share : share
    }
    guard normaliser == .weightSum else { return weights }
    let sum = weights.reduce(0, +)
    return sum >= 1e-12 ? weights.map { $0 / sum * Float(weights.count) } : weights.map { _ in 1 }
  }

  /// The temperature of each example before it is kept between the bounds.
  func temperatures(_ losses: [Float], classes: Int) -> [Float] {
    switch rule {
    case .loss: return losses.map { temperature * $0 }
    case .lossOverLogC: return losses.map { temperature * $0 / log(Float(classes)) }
    case .onePlusLoss: return losses.map { temperature * (1 + $0) }
    case .lossOverBatchMean:
      let mean = losses.reduce(0, +) / Float(max(losses.count, 1))
      return losses.map { temperature * $0 / max(mean, 1e-12) }
    }
  }

  /// What the loss of an example with this temperature is multiplied by.
  func factor(of temperature: Float) -> Float {
    switch square {
    case .perExample: temperature * temperature
    case .base: self.temperature * self.temperature
    case .none: 1
    }
  }
}
