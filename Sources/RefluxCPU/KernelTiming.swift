import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a step's time goes: how long the calling thread was inside matrix products, attention and other kernels.
///
/// Off by default; then a kernel pays for one relaxed load.
public final class KernelTiming: Sendable {
  /// What a kernel is counted under.
  enum Kind { case product, attention, kernel }

  private let enabled = Atomic<Bool>(false)
  private let products = Atomic<Int>(0)
  private let attentions = Atomic<Int>(0)
  private let kernels = Atomic<Int>(0)

  /// Whether times are taken.
  public var isEnabled: Bool {
    get { enabled.load(ordering: .relaxed) }
    set { enabled.store(newValue, ordering: .relaxed) }
  }
  /// Seconds in matrix products outside attention.
  public var productSeconds: Double { Double(products.load(ordering: .relaxed)) / 1e9 }
  /// Seconds in attention, its own small products included.
  public var attentionSeconds: Double { Double(attentions.load(ordering: .relaxed)) / 1e9 }
  /// Seconds in all other kernels.
  public var kernelSeconds: Double { Double(kernels.load(ordering: .relaxed)) / 1e9 }

  /// Sets the sums to zero.
  public func reset() {
    products.store(0, ordering: .relaxed)
    attentions.store(0, ordering: .relaxed)
    kernels.store(0, ordering: .relaxed)
  }

  @inline(__always)
  func measure<Result>(_ kind: Kind, _ body: () -> Result) -> Result {
    guard isEnabled else { return body() }
    let start = Self.nanoseconds()
    let result = body()
    let spent = Self.nanoseconds() - start
    switch kind {
    case .product: products.add(spent, ordering: .relaxed)
    case .attention: attentions.add(spent, ordering: .relaxed)
    case .kernel: kernels.add(spent, ordering: .relaxed)
    }
    return result
  }

  private static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
