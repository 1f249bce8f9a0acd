import RefluxTensor
import Testing

@testable import RefluxCPU

/// Every instruction set this processor runs, on 1, 2 and 3 threads; new buffers are full of NaN.
let backends: [CPUBackend] = KernelSet.available.flatMap { kernels in
  [1, 2, 3].map { CPUBackend(threads: $0, kernels: kernels, poisonsBuffers: true) }
}

/// Numbers between -1 and 1 that look random and are always the same.
func numbers(_ count: Int, seed: UInt64 = 1) -> [Float] {
  var source = RandomSource(seed: seed)
  return (0..<count).map { _ in Float(source.next() >> 40) / Float(1 << 23) - 1 }
}

extension CPUBackend {
  /// A dense view of these numbers.
  func view(_ values: [Float], _ shape: Shape) -> View {
    let view = scratch(shape)
    precondition(values.count == view.layout.count)
    values.withUnsafeBytes { upload($0, to: view.buffer) }
    return view
  }

  func view(ids values: [Int32]) -> View {
    let view = scratch([values.count], .int32)
    values.withUnsafeBytes { upload($0, to: view.buffer) }
    return view
  }
}

extension View {
  /// All elements in row-major order.
  var values: [Float] {
    var offsets = [layout.offset]
    for (length, stride) in zip(layout.shape, layout.strides) {
      offsets = offsets.flatMap { base in (0..<length).map { base + $0 * stride } }
    }
    let floats = buffer.address.assumingMemoryBound(to: Float.self)
    return offsets.map { floats[$0] }
  }
  /// The same elements with two axes exchanged.
  func transposed(_ a: Int, _ b: Int) -> View {
    var layout = layout
    layout.shape.swapAt(a, b)
    layout.strides.swapAt(a, b)
    return View(buffer, layout, dtype)
  }
  /// Part of the last axis.
  func columns(_ range: Range<Int>) -> View {
    var layout = layout
    let axis = layout.shape.count - 1
    layout.offset += range.lowerBound * layout.strides[axis]
    layout.shape[axis] = range.count
    return View(buffer, layout, dtype)
  }
}

/// The largest difference, in units of `1 + |expected|`; infinite if one is NaN or the counts differ.
func worst(_ actual: [Float], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  return zip(actual, expected).reduce(0) { worst, pair in
    let error = abs(Double(pair.0) - pair.1) / (1 + abs(pair.1))
    return error.isNaN ? .infinity : max(worst, error)
  }
}

extension Dropout {
  /// The factor of one element, as the definition in RefluxTensor has it.
  func single(counter: Int32, column: UInt32) -> Float { factor(counter: counter, column: column) }
}
