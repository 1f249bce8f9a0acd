import RefluxTensor
import Testing

@testable import RefluxCPU

@Suite("Matrix products")
struct MatrixProductTests {
  /// Row, inner and column counts.
  static let shapes = [(1, 1, 1), (5, 3, 7), (1, 9, 17), (33, 1, 4), (64, 48, 1), (30, 20, 50)]

  func expected(_ a: [Float], _ b: [Float], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    var result = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for t in 0..<k { for j in 0..<n { result[i * n + j] += Double(a[i * k + t]) * Double(b[t * n + j]) } }
    }
    return result
  }

  @Test("agree with sums in double precision, for every layout of the operands", arguments: backends)
  func layouts(backend: CPUBackend) {
    for (m, k, n) in Self.shapes {
      let (a, b) = (numbers(m * k, seed: 2), numbers(k * n, seed: 3))
      let plain = (backend.view(a, [m, k]), backend.view(b, [k, n]))
      let turned = (backend.scratch([k, m]).transposed(0, 1), backend.scratch([n, k]).transposed(0, 1))
      backend.copy(plain.0, into: turned.0)
      backend.copy(plain.1, into: turned.1)
      let wide = (backend.scratch([m, k + 5]).columns(2..<k + 2), backend.scratch([k, 2 * n]))
      backend.copy(plain.0, into: wide.0)
      // Every second column: a layout BLAS cannot read.
      let sparse = View(wide.1.buffer, Layout(shape: [k, n], strides: [2 * n, 2]), .float32)
      backend.copy(plain.1, into: sparse)
      let truth = expected(a, b, m, k, n)
      for left in [plain.0, turned.0, wide.0] {
        for right in [plain.1, turned.1, sparse] {
          let target = backend.scratch([m, n + 1])
          for out in [
            backend.scratch([m, n]), backend.scratch([n, m]).transposed(0, 1), target.columns(1..<n + 1),
            View(backend.scratch([m, 2 * n]).buffer, Layout(shape: [m, n], strides: [2 * n, 2]), .float32),
          ] {
            backend.matmul(left, right, into: out, accumulate: false)
            #expect(worst(out.values, truth) < 1e-5)
            backend.matmul(left, right, into: out, accumulate: true)
            #expect(worst(out.values, truth.map { 2 * $0 }) < 1e-5)
          }
        }
      }
    }
  }

  @Test("of batches, of broadcast operands and with empty sides", arguments: backends)
  func batches(backend: CPUBackend) {
    let (a, b) = (numbers(3 * 2 * 5 * 4), numbers(4 * 6, seed: 9))
    let left = backend.view(a, [3, 2, 5, 4])
    let right = View(backend.view(b, [4, 6]).buffer, Layout(shape: [3, 2, 4, 6], strides: [0, 0, 6, 1]), .float32)
    let truth = (0..<6).flatMap { expected(Array(a[$0 * 20..<($0 + 1) * 20]), b, 5, 4, 6) }
    let out = backend.scratch([3, 2, 5, 6])
    backend.matmul(left, right, into: out, accumulate: false)
    #expect(worst(out.values, truth) < 1e-6)
    let turned = backend.scratch([3, 2, 6, 5]).transposed(2, 3)
    backend.matmul(left, right, into: turned, accumulate: false)
    #expect(worst(turned.values, truth) < 1e-6)

    let inner = backend.scratch([2, 3])
    backend.matmul(backend.scratch([2, 0]), backend.scratch([0, 3]), into: inner, accumulate: false)
    #expect(inner.values == [0, 0, 0, 0, 0, 0])
    backend.matmul(
      backend.scratch([0, 4]), backend.view(b, [4, 6]), into: backend.scratch([0, 6]), accumulate: true)
  }

  @Test("cut into pieces agree with the whole", arguments: backends)
  func cut(backend: CPUBackend) {
    let (m, k, n) = (130, 90, 210)
    let (a, b) = (numbers(m * k, seed: 2), numbers(k * n, seed: 3))
    #expect(ProductPieces(m, n, k).count == 2)
    let turned = backend.scratch([n, m]).transposed(0, 1)
    for out in [backend.scratch([m, n]), turned] {
      backend.matmul(backend.view(a, [m, k]), backend.view(b, [k, n]), into: out, accumulate: false)
      #expect(worst(out.values, expected(a, b, m, k, n)) < 1e-5)
    }
  }

  @Test("in double precision")
  func doubles() {
    let backend = CPUBackend(threads: 2)
    let view = backend.scratch([2, 2], .float64)
    let out = backend.scratch([2, 2], .float64)
    [1.0, 2, 3, 1e-9].withUnsafeBytes { backend.upload($0, to: view.buffer) }
    backend.matmul(view, view, into: out, accumulate: false)
    let expected: [Double] = [7, 2 + 2e-9, 3 + 3e-9, 6 + 1e-18]
    #expect(Array(UnsafeBufferPointer(start: out.pointer(Double.self), count: 4)) == expected)
  }

  @Test("pieces cover the result once and are even in number")
  func pieces() {
    for (m, n, k) in [(4096, 768, 768), (768, 3072, 4096), (2111, 768, 768), (96, 97, 4096), (350, 384, 1536)] {
      let pieces = ProductPieces(m, n, k)
      #expect(pieces.alongRows == (m >= n))
      #expect(pieces.count % 2 == 0)
      #expect((0..<pieces.count).flatMap { Array(pieces[$0]) } == Array(0..<max(m, n)))
    }
  }

  @Test("two pieces halve the side that halves best")
  func halves() {
    for (m, n) in [(400, 384), (384, 400)] {
      let pieces = ProductPieces(m, n, 384)
      #expect(pieces.alongRows == (m < n))
      #expect((0..<pieces.count).map { pieces[$0] } == [0..<192, 192..<384])
    }
    // A longer side that halves as well is cut, and so is one too long for two pieces.
    #expect(ProductPieces(768, 384, 384).alongRows)
    #expect(ProductPieces(2100, 384, 384).alongRows)
    // The shorter side is not cut into slivers.
    #expect(ProductPieces(400, 144, 384).alongRows)
  }

  @Test("small products are one piece")
  func small() {
    #expect(ProductPieces(20, 20, 20).count == 1)
  }
}
