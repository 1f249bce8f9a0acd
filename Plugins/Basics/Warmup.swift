import RefluxCore

/// The first steps of a schedule, in which the rate climbs from 0 to its peak in a straight line.
struct Warmup {
  let steps: Int?
  let ratio: Float

  /// How many of `total` steps the climb takes: the count, or the ratio rounded up as transformers does.
  func length(of total: Int) -> Int {
    // Through the decimal text, so that 0.1 means 0.1 and not the float beside it: 0.1 of 30 steps are 3.
    steps ?? Int(((Double(ratio.description) ?? Double(ratio)) * Double(total)).rounded(.up))
  }

  /// The factor while climbing; `nil` once the peak is reached.
  func factor(_ progress: Progress) -> Float? {
    let length = length(of: progress.totalSteps)
    return progress.step < length ? Float(progress.step) / Float(max(length, 1)) : nil
  }

  /// How much of the way from the peak to the end is done, from 0 to 1.
  func descent(_ progress: Progress) -> Double {
    let length = length(of: progress.totalSteps)
    return min(Double(progress.step - length) / Double(max(progress.totalSteps - length, 1)), 1)
  }

  static func validate(steps: Int?, ratio: Float) throws {
    if steps != nil && ratio != 0 { throw RecipeError("give warmup_steps or warmup_ratio, not both") }
  }
}

/// The options of a schedule that has nothing but a warm-up.
struct WarmupOptions: ComponentOptions {
  @Option("Steps in which the rate climbs from 0 to its peak.", in: 0...) var warmupSteps: Int? = nil
  @Option("The same as a share of all steps, rounded up.", in: 0...1) var warmupRatio: Float = 0
  func validate() throws { try Warmup.validate(steps: warmupSteps, ratio: warmupRatio) }
  var warmup: Warmup { Warmup(steps: warmupSteps, ratio: warmupRatio) }
}
