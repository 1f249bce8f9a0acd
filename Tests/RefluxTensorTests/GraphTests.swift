import RefluxTesting
import Testing

@testable import RefluxTensor

@Suite struct GraphTests {
  /// A chain of operations far longer than any stack is deep.
  @Test func aMillionOperationsForwardBackwardAndRelease() {
    let start = Tensor(1).asLeaf()
    var x = start
    for _ in 0..<1_000_000 { x = -x }
    let found = gradients(of: consume x, at: [start])
    #expect(found[0]?.item == 1)
  }

  @Test func aMillionOperationsReleasedWithoutABackwardPass() {
    let start = Tensor(1).asLeaf()
    var x = start
    for _ in 0..<1_000_000 { x = -x }
    #expect(x.item == 1)
  }

  @Test func aChainWithTwoPathsPerStepIsWalkedOnce() {
    let start = Tensor(1).asLeaf()
    var x = start
    for _ in 0..<60 { x = (x + x) * 0.5 }  // 2^60 paths
    #expect(gradients(of: x, at: [start])[0]?.item == 1)
  }

  @Test func gradientsOfAConstantAreNone() {
    let leaf = Tensor(2).asLeaf()
    #expect(gradients(of: Tensor(3), at: [leaf])[0] == nil)
    #expect(gradients(of: Tensor(3).asLeaf() * 2, at: [leaf])[0] == nil)
  }

  @Test func aLossThatIsALeafHasGradientOne() {
    let leaf = Tensor(2).asLeaf()
    #expect(gradients(of: leaf, at: [leaf])[0]?.item == 1)
  }

  @Test func constantsCarryNoHistory() {
    let x = Tensor([1, 2])
    #expect(!(x * 2 + x.exp()).isTracked)
    #expect((x.asLeaf() * 2).isTracked)
    #expect(!(x.asLeaf() * 2).detached.isTracked)
  }

  @Test func theSameHistoryCanBeWalkedTwiceWhileSomeoneHoldsIt() {
    let x = Tensor(3).asLeaf()
    let loss = x * x
    #expect(gradients(of: loss, at: [x])[0]?.item == 6)
    #expect(gradients(of: loss, at: [x])[0]?.item == 6)
  }

  @Test func thirdDerivative() {
    let x = Tensor(doubles: [0.7], []).asLeaf()
    var y = x * x * x * x
    for _ in 0..<3 { y = gradients(of: y, at: [x], createGraph: true)[0] ?? y }
    #expect(abs(y.doubles[0] - 24 * 0.7) < 1e-9)
  }

  @Test func frozenInputsAreNotComputed() {
    let (x, w) = (Tensor([1, 2], [1, 2]), Tensor([3, 4], [1, 2]).asLeaf())
    let found = gradients(of: x.linear(w).sum(), at: [w])
    #expect(found[0]?.floats == [1, 2])
  }

  /// Activations are freed while the backward pass is under way, not after it.
  @Test func memoryIsReleasedDuringTheBackwardPass() {
    let backend = CountingBackend()
    let start = Tensor([Float](repeating: 0.5, count: 1000), on: backend).asLeaf()
    func loss() -> Tensor {
      var x = start
      for _ in 0..<50 { x = x.tanh() }
      return x.sum()
    }
    let forward = loss()
    let afterForward = backend.live
    #expect(afterForward >= 50 * 4000)
    backend.peak = 0
    _ = gradients(of: consume forward, at: [start])
    #expect(backend.peak < afterForward + 5 * 4000)
    #expect(backend.live < 5 * 4000)
  }

  @Test func pullbacksHoldOnlyWhatTheyNeed() {
    let backend = CountingBackend()
    let x = Tensor([Float](repeating: 1, count: 1000), on: backend).asLeaf()
    let before = backend.live
    let sum = ((x + x) - x * 2).reshaped([10, 100]).transposed().sum()
    #expect(backend.live - before < 4000)  // nothing but scalars is left
    _ = sum
  }

  @Test func oneContributionIsNotCopiedAndSeveralAreAddedInPlace() {
    let x = Tensor([1, 2]).asLeaf()
    let loss = (x * 2).sum() + (x * 3).sum() + (x * 4).sum()
    #expect(gradients(of: loss, at: [x])[0]?.floats == [9, 9])
    // The same gradient for two inputs: adding to one must not change the other.
    let (a, b) = (Tensor([1, 2]).asLeaf(), Tensor([1, 2]).asLeaf())
    let found = gradients(of: ((a + b) * 2 + a).sum(), at: [a, b])
    #expect(found[0]?.floats == [3, 3] && found[1]?.floats == [2, 2])
  }

  /// A residual and two layers that read the same states, one weight that is used twice.
  @Test func productsAreAddedToTheGradientsThatAreThere() throws {
    let backend = CountingBackend()
    var random = RandomSource(seed: 4)
    func leaf(_ shape: Shape) -> Tensor { randomFloats(shape, on: backend, &random).asLeaf() }
    let (x, a, b) = (leaf([64, 8]), leaf([8, 8]), leaf([8, 8]))
    func found(createGraph: Bool) -> [[Float]] {
      let loss = (x + x.linear(a).linear(a) * x.linear(b)).exp().sum()
      return gradients(of: loss, at: [x, a, b], createGraph: createGraph).map { $0?.floats ?? [] }
    }
    // With a graph every part is a tensor of its own, and they are added.
    for (product, sum) in zip(found(createGraph: false), found(createGraph: true)) {
      #expect(product.count == sum.count && !product.isEmpty)
      #expect(zip(product, sum).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) })
    }
    func peak(createGraph: Bool) -> Int {
      backend.peak = backend.live
      let before = backend.live
      _ = found(createGraph: createGraph)
      return backend.peak - before
    }
    #expect(peak(createGraph: false) < peak(createGraph: true))
  }
}

/// The reference backend, counting the bytes of living buffers.
final class CountingBackend: Backend, @unchecked Sendable {
  let name = "counting"
  private let inner = ReferenceBackend()
  var live = 0
  var peak = 0

  func allocate(_ byteCount: Int) -> Buffer {
    live += byteCount
    peak = max(peak, live)
    let address = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    return Buffer(address: address, byteCount: byteCount, backend: self)
  }
  func release(_ address: UnsafeMutableRawPointer, _ byteCount: Int) {
    live -= byteCount
    address.deallocate()
  }
  func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer) { inner.upload(bytes, to: buffer) }
  func download(_ buffer: Buffer, to bytes: UnsafeMutableRawBufferPointer) { inner.download(buffer, to: bytes) }
  func synchronize() {}
  func unary(_ op: UnaryOp, _ x: View, into out: View) { inner.unary(op, x, into: out) }
  func binary(_ op: BinaryOp, _ a: View, _ b: View, into out: View) { inner.binary(op, a, b, into: out) }
  func reduce(_ op: ReduceOp, _ x: View, axes: [Int], into out: View) { inner.reduce(op, x, axes: axes, into: out) }
  func matmul(_ a: View, _ b: View, into out: View, accumulate: Bool) {
    inner.matmul(a, b, into: out, accumulate: accumulate)
  }
  func copy(_ x: View, into out: View) { inner.copy(x, into: out) }
  func fill(_ out: View, with value: Double) { inner.fill(out, with: value) }
  func gatherRows(_ table: View, _ rows: View, into out: View) { inner.gatherRows(table, rows, into: out) }
  func scatterAddRows(_ values: View, _ rows: View, into table: View) {
    inner.scatterAddRows(values, rows, into: table)
  }
}
