import RefluxCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The factors are those of transformers' `get_constant_schedule_with_warmup`, `get_linear_schedule_with_warmup` and
// `get_cosine_schedule_with_warmup`: with a warm-up the first step's rate is 0.

struct ConstantSchedule: LearningRateSchedule {
  static let name = "constant"
  static let summary = "Climbs to the peak and stays there."
  typealias Options = WarmupOptions

  let warmup: Warmup
  init(_ options: WarmupOptions, _: inout BuildContext) { warmup = options.warmup }

  func warmup(of total: Int) -> Int { warmup.length(of: total) }
  func factor(_ progress: Progress) -> Float { warmup.factor(progress) ?? 1 }
}

struct LinearSchedule: LearningRateSchedule {
  static let name = "linear"
  static let summary = "Climbs to the peak and falls to 0 in a straight line."
  typealias Options = WarmupOptions

  let warmup: Warmup
  init(_ options: WarmupOptions, _: inout BuildContext) { warmup = options.warmup }

  func warmup(of total: Int) -> Int { warmup.length(of: total) }
  func factor(_ progress: Progress) -> Float { warmup.factor(progress) ?? Float(1 - warmup.descent(progress)) }
}

struct CosineSchedule: LearningRateSchedule {
  static let name = "cosine"
  static let summary = "Climbs to the peak and falls to 0 along a cosine."
  struct Options: ComponentOptions {
    @Option("Steps in which the rate climbs from 0 to its peak.", in: 0...) var warmupSteps: Int? = nil
    @Option("The same as a share of all steps, rounded up.", in: 0...1) var warmupRatio: Float = 0
    @Option("Waves of the cosine after the climb; half of one falls from the peak to 0.", in: 0...1000)
    var cycles: Float = 0.5
    func validate() throws { try Warmup.validate(steps: warmupSteps, ratio: warmupRatio) }
  }

  let warmup: Warmup
  let cycles: Double
  init(_ options: Options, _: inout BuildContext) {
    warmup = Warmup(steps: options.warmupSteps, ratio: options.warmupRatio)
    cycles = Double(options.cycles)
  }

  func warmup(of total: Int) -> Int { warmup.length(of: total) }
  func factor(_ progress: Progress) -> Float {
    warmup.factor(progress) ?? Float(max(0, 0.5 * (1 + cos(2 * .pi * cycles * warmup.descent(progress)))))
  }
}
