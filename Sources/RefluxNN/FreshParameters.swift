import RefluxTensor

/// Every parameter fresh; each depends on the seed and its own name only.
public final class FreshParameters: ParameterSource {
  private let seed: UInt64
  private let backend: any Backend
  private let memory: Int
  /// What was made so far.
  private var bytes = 0

  /// `memory` is what there is for them, in bytes: by default all that this machine has.
  public init(seed: UInt64, on backend: any Backend, memory: Int = ModelTooLarge.machineMemory) {
    (self.seed, self.backend, self.memory) = (seed, backend, memory)
  }

  /// - Throws: ``ModelTooLarge`` before memory runs out.
  public func parameter(_ name: String, _ shape: Shape, _ fresh: Initialization) throws -> Tensor {
    bytes = try checkRoom(for: shape)
    return Tensor(fresh.values(shape, seed: seed, name: name), shape, on: backend)
  }

  /// Makes sure that there is room for so many numbers more; returns the bytes that all would take then.
  ///
  /// - Throws: ``ModelTooLarge``.
  @discardableResult public func checkRoom(for shape: Shape) throws -> Int {
    var size = MemoryLayout<Float>.size
    for length in shape { size = Self.capped(size.multipliedReportingOverflow(by: length)) }
    let total = Self.capped(bytes.addingReportingOverflow(size))
    guard total <= memory else { throw ModelTooLarge(bytes: total, memory: memory) }
    return total
  }

  private static func capped(_ result: (partialValue: Int, overflow: Bool)) -> Int {
    result.overflow ? .max : result.partialValue
  }
}
