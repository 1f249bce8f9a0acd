import RefluxTensor
import Testing

/// Runs every function of a backend, on every layout it must take, against ``ReferenceBackend``.
///
/// A new backend's test is three lines:
/// ```swift
/// @Test(arguments: BackendConformance.Part.allCases) func conforms(_ part: BackendConformance.Part) {
///   BackendConformance(CPUBackend()).check(part)
/// }
/// ```
public struct BackendConformance {
  /// A family of functions.
  public enum Part: String, CaseIterable, Sendable {
    case elements, reductions, products, copies, rows, softmax, activations, normalization, decoder, attention,
      optimizer
  }

  let backend: any Backend
  let reference = ReferenceBackend.shared
  let tolerance: Float

  /// Numbers must agree within `tolerance` times the larger of 1 and their size.
  public init(_ backend: any Backend, tolerance: Float = 2e-5) { (self.backend, self.tolerance) = (backend, tolerance) }

  public func check(_ part: Part) {
    switch part {
    case .elements: checkElements()
    case .reductions: checkReductions()
    case .products: checkProducts()
    case .copies: checkCopies()
    case .rows: checkRows()
    case .softmax: checkSoftmax()
    case .activations: checkActivations()
    case .normalization: checkNormalization()
    case .decoder: checkDecoder()
    case .attention: checkAttention()
    case .optimizer: checkOptimizer()
    }
  }
}

/// An operand: what is in it and how it lies on the backend that is checked.
struct Operand {
  let values: [Float]
  let shape: Shape
  let arrangement: Arrangement

  /// Random numbers in `range`, the same for the same shape and name.
  init(
    _ shape: Shape, _ arrangement: Arrangement = .contiguous, in range: ClosedRange<Float> = -2...2,
    _ name: String = "x"
  ) {
    var random = RandomSource(seed: 11, name, shape.reduce(1) { $0 &* 31 &+ $1 })
    let layout = Arrangement.contiguous.layout(shape)
    let size = range.upperBound - range.lowerBound
    let drawn = (0..<layout.count).map { _ in range.lowerBound + size * Float(random.next() >> 40) * 0x1p-24 }
    // Where entries share their memory, they share their value.
    let repeated = shape.first.map { arrangement == .broadcast && $0 > 0 ? layout.count / $0 : layout.count } ?? 1
    self.init(drawn.indices.map { drawn[$0 % max(repeated, 1)] }, shape, arrangement)
  }

  init(_ values: [Float], _ shape: Shape, _ arrangement: Arrangement = .contiguous) {
    (self.values, self.shape, self.arrangement) = (values, shape, arrangement)
  }
}

extension BackendConformance {
  /// Runs a kernel on both backends and compares what it left in the outputs.
  ///
  /// `outputs` also carries what is in them before, for kernels that add; each is checked in its own arrangement.
  func compare(
    _ what: String, _ inputs: [Operand], _ outputs: [Operand], tolerance: Float? = nil,
    _ kernel: (any Backend, [View], [View]) -> Void
  ) {
    func run(_ backend: any Backend, arranged: Bool) -> [[Float]?] {
      func place(_ operand: Operand) -> Arranged {
        Arranged(operand.values, operand.shape, arranged ? operand.arrangement : .contiguous, on: backend)
      }
      let results = outputs.map(place)
      kernel(backend, inputs.map { place($0).view }, results.map(\.view))
      backend.synchronize()
      return results.map(\.floats)
    }
    let (found, expected) = (run(backend, arranged: true), run(reference, arranged: false))
    for (index, (a, b)) in zip(found, expected).enumerated() {
      // Made only when it is needed: most of these texts are never shown.
      var place: String { "\(what): output \(index), inputs \(inputs.map(\.note)), outputs \(outputs.map(\.note))" }
      guard let a, let b, a.count == b.count else {
        Issue.record("\(place): something outside of the output was written")
        continue
      }
      let limit = tolerance ?? self.tolerance
      guard a != b, let wrong = a.indices.first(where: { !isClose(a[$0], b[$0], limit) }) else { continue }
      Issue.record("\(place): element \(wrong) is \(a[wrong]), not \(b[wrong])")
    }
  }

  private func isClose(_ a: Float, _ b: Float, _ tolerance: Float) -> Bool {
    a == b || a.isNaN && b.isNaN || abs(a - b) <= tolerance * max(1, abs(b))
  }
}

extension Operand {
  fileprivate var note: String { "\(shape) \(arrangement)" }
}
