import RefluxCPU
import RefluxTesting
import Testing

@testable import RefluxTensor

/// Losses, entropies and vocabulary maps that are worked out chunk by chunk.
@Suite struct OutputHeadTests {
  private let rows = RowOffsets(lengths: [2, 0, 3, 1])
  private let targets = [4, 0, 6, 6, 2, 1]

  /// The values of methods card 3.5: a head that is the identity, and hidden states that are logarithms.
  @Test func mapsOfTheMethodCard() {
    let tokens: [[Float]] = [[0.6, 0.2, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25], [0.1, 0.6, 0.2, 0.1]]
    let hidden = Tensor(tokens.flatMap { $0 }, [3, 4]).log()
    let head = Tensor((0..<16).map { $0 % 5 == 0 ? 1 : 0 }, [4, 4])
    let found = hidden.tokenStatistics(head: head, targets: [1, 0, 1], maps: RowOffsets(lengths: [3]))
    #expect(largestDifference(found.maps?.floats ?? [], [0.316667, 0.35, 0.183333, 0.15]) < 1e-6)
    #expect(abs(found.losses.mean().item - 1.168853) < 1e-6)
    #expect(abs(found.entropies.mean().item / Float(1.3862943611) - 0.856984) < 1e-6)
  }

  /// R26 of the method cards: where nothing is to be learned, everything is 0 and nothing is not a number.
  @Test func noPositionsGiveNothing() {
    let (hidden, head) = (Tensor([], [0, 4]).asLeaf(), Tensor.ones([7, 4]).asLeaf())
    let rows = RowOffsets(lengths: [0, 0])
    let found = hidden.tokenStatistics(head: head, targets: [], maps: rows, gradientRows: 2)
    #expect(found.losses.shape == [0] && found.entropies.shape == [0])
    #expect(found.maps?.floats == [Float](repeating: 0, count: 14))
    #expect(rows.means(of: found.losses).floats == [0, 0])
    let sums = gradients(of: found.losses.sum() + (found.maps ?? found.losses).sum(), at: [head])
    #expect(sums[0]?.floats == [Float](repeating: 0, count: 28))
  }

  @Test func gradientsOfLossesAndMaps() {
    for learning in [0, 3, 4] {
      checkGradient([[6, 3], [7, 3]]) { inputs in
        let found = inputs[0].tokenStatistics(head: inputs[1], targets: targets)
        return found.losses
      }
      checkGradient([[6, 3]]) { inputs in
        let head = Tensor(doubles: (0..<21).map { Double(($0 * 5) % 11) / 7 - 0.8 }, [7, 3])
        let found = inputs[0].tokenStatistics(head: head, targets: targets, maps: rows, gradientRows: learning)
        let maps = (found.maps ?? found.losses).sliced(0..<learning).reshaped([learning * 7])
        return .concatenated([found.losses, maps])
      }
    }
    checkGradient([[6, 3], [7, 3]]) { inputs in
      let found = inputs[0].tokenStatistics(head: inputs[1], targets: targets, maps: rows, gradientRows: 4)
      return .concatenated([found.losses, (found.maps ?? found.losses).reshaped([28])])
    }
  }

  /// Several chunks, as the whole matrix of logits gives it: two of 16 positions are kept, whatever row they are of.
  @Test(arguments: [false, true], [36, 20, 4]) func chunks(_ headLearns: Bool, matched: Int) {
    let backend = CPUBackend(threads: 2)
    var random = RandomSource(seed: 3, "head")
    let (positions, vocabulary) = (40, 300_000)
    let rows = RowOffsets(lengths: [matched, positions - matched])
    let hidden = randomFloats([positions, 4], in: -2...2, on: backend, &random).asLeaf()
    var head = randomFloats([vocabulary, 4], in: -2...2, on: backend, &random)
    if headLearns { head = head.asLeaf() }
    let targets = (0..<positions).map { $0 * 7001 % vocabulary }
    let weights = randomFloats([positions], on: backend, &random)
    let mapWeights = randomFloats([2, vocabulary], on: backend, &random)

    func scalar(_ losses: Tensor, _ maps: Tensor) -> Tensor {
      (losses * weights).sum() + (maps.sliced(0..<1) * mapWeights.sliced(0..<1)).sum() * 1000
    }
    let found = hidden.tokenStatistics(head: head, targets: targets, maps: rows, gradientRows: 1)
    let logarithms = hidden.linear(head).logSoftmax()
    let maps = Tensor.concatenated((0..<2).map { logarithms.sliced(rows[$0]).exp().mean([0], keepingAxes: true) })
    let losses = -logarithms.picking(targets)
    #expect(largestDifference(found.losses.floats, losses.floats) < 1e-5)
    #expect(largestDifference(found.maps?.floats ?? [], maps.floats) < 1e-7)
    #expect(largestDifference(found.entropies.floats, (-(logarithms.exp() * logarithms).sum([1])).floats) < 5e-4)

    let leaves = headLearns ? [hidden, head] : [hidden]
    let (a, b) = (
      gradients(of: scalar(found.losses, found.maps ?? maps), at: leaves),
      gradients(of: scalar(losses, maps), at: leaves)
    )
    for (mine, whole) in zip(a, b) {
      #expect(largestDifference(mine?.floats ?? [], whole?.floats ?? [0]) < 2e-5)
    }
  }

  /// A 16-bit head that does not learn gives what its float32 copy gives.
  @Test func frozenHeadOf16Bits() {
    let backend = CPUBackend(threads: 1)
    var random = RandomSource(seed: 4, "head")
    let hidden = randomFloats([6, 8], on: backend, &random).asLeaf()
    let head = randomFloats([50, 8], on: backend, &random).converted(to: .bfloat16)
    let (stored, wide) = (
      hidden.tokenStatistics(head: head, targets: targets),
      hidden.tokenStatistics(head: head.converted(to: .float32), targets: targets)
    )
    #expect(stored.losses.floats == wide.losses.floats)
    let (a, b) = (gradients(of: stored.losses.sum(), at: [hidden]), gradients(of: wide.losses.sum(), at: [hidden]))
    #expect(a[0]?.floats == b[0]?.floats)
  }
}
