import Foundation
import RefluxTesting
import Testing

@testable import RefluxTensor

@Suite struct OperationGradientTests {
  @Test func arithmetic() {
    checkGradient([[2, 3], [2, 3]]) { $0[0] + $0[1] }
    checkGradient([[2, 3], [3]]) { $0[0] - $0[1] }
    checkGradient([[2, 1], [3]]) { $0[0] * $0[1] }
    checkGradient([[2, 3], [2, 1]], in: 0.5...2) { $0[0] / $0[1] }
    checkGradient([[4]]) { $0[0] * $0[0] * 3 }
    checkGradient([[2, 3], [3]]) { $0[0].maximum($0[1]) * $0[0].minimum($0[1]) }
  }

  @Test func elementwise() {
    checkGradient([[5]]) { -$0[0] }
    checkGradient([[5]]) { $0[0].exp() }
    checkGradient([[5]], in: 0.5...2) { $0[0].log() }
    checkGradient([[5]], in: 0.5...2) { $0[0].sqrt() }
    checkGradient([[5]]) { $0[0].tanh() }
    checkGradient([[5]]) { $0[0].sigmoid() }
    checkGradient([[5]]) { $0[0].erf() }
    checkGradient([[5]], in: 0.5...2) { $0[0].reciprocal() }
    checkGradient([[5]]) { $0[0].abs() * $0[0] }
    checkGradient([[5]]) { $0[0].clamped(-0.4, 0.3) * $0[0] }
  }

  @Test func reluHasNoGradientAtZero() {
    let x = Tensor([-1, 0, 2]).asLeaf()
    let slopes = gradients(of: Composed.activated(x, .relu, bias: nil).sum(), at: [x])
    #expect(slopes.map { $0?.floats } == [[0, 0, 1]])
  }

  @Test func views() {
    checkGradient([[2, 3]]) { $0[0].reshaped([3, 2]) * $0[0].transposed() }
    checkGradient([[2, 1]]) { $0[0].broadcast(to: [4, 2, 3]) * $0[0] }
    checkGradient([[4, 3]]) { $0[0].sliced(1..<3) * $0[0].sliced(0..<1) }
    checkGradient([[4, 3], [2, 3]]) { Tensor.concatenated([$0[0], $0[1]]) * Tensor.concatenated([$0[1], $0[0]]) }
    checkGradient([[2, 3], [2, 1]]) {
      let joined = Tensor.concatenated([$0[0], $0[1]], axis: 1)
      return joined * joined
    }
  }

  @Test func reductions() {
    checkGradient([[2, 3, 2]]) { $0[0].sum([1]) * $0[0].sum([0, 1]) * $0[0].sum([0, -1], keepingAxes: true).sum() }
    checkGradient([[2, 3]]) { $0[0].mean() * $0[0] }
    checkGradient([[3, 4]]) { $0[0].max([1], keepingAxes: true) * $0[0] }
    checkGradient([[3, 4]]) { $0[0].min([0]) * $0[0] }
  }

  @Test func products() {
    checkGradient([[2, 3], [3, 4]]) { $0[0].matmul($0[1]) }
    checkGradient([[2, 2, 3], [3, 4]]) { $0[0].matmul($0[1]) }
    checkGradient([[2, 2, 3], [1, 3, 2]]) { $0[0].matmul($0[1].transposed().transposed()) }
    checkGradient([[3, 2], [4, 2], [4]]) { $0[0].linear($0[1], $0[2]) }
    checkGradient([[2, 3, 2], [4, 2]]) { $0[0].linear($0[1]) }
    checkGradient([[3, 4], [3, 2], [4, 2]]) { ($0[0] * $0[0]).addingProduct($0[1], $0[2]) }
  }

  @Test func rows() {
    let ids = Tensor(ids: [2, 0, 2])
    checkGradient([[3, 2]]) { $0[0].rows(ids) * $0[0] }
    checkGradient([[3, 2]]) { $0[0].scatteredRows(ids, height: 4) * 2 }
    checkGradient([[3, 2, 2]]) { $0[0].taking([1, 1]) * $0[0].taking([0, 2]) }
    checkGradient([[3, 4]]) { $0[0].picking([3, 0, 1]) * $0[0].picking([3, 1, 2]) }
  }

  @Test func softmax() {
    checkGradient([[2, 4]]) { $0[0].softmax() }
    checkGradient([[2, 4]]) { $0[0].logSoftmax() }
  }

  @Test(arguments: Activation.allCases) func activations(_ activation: Activation) {
    checkGradient([[3, 4]], in: -2...2) { $0[0].activated(activation) }
    checkGradient([[3, 4], [4]]) { $0[0].activated(activation, bias: $0[1]) }
    checkGradient([[3, 4], [4], [2, 4], [2]]) {
      $0[0].activatedLinear(activation, bias: $0[1], weight: $0[2], outputBias: $0[3])
    }
  }

  @Test(arguments: Activation.allCases) func gates(_ activation: Activation) {
    checkGradient([[3, 4], [3, 4]], in: -2...2) { $0[0].gating($0[1], activation) }
  }

  @Test func rotation() {
    let angles = Tensor(doubles: [0, 0, 0.3, 1.1, 2, -0.7], [3, 2])
    let (cosines, sines) = (
      Tensor(doubles: angles.doubles.map { cos($0) }, [3, 2]), Tensor(doubles: angles.doubles.map { sin($0) }, [3, 2])
    )
    let positions = Tensor(ids: [0, 1, 2, 1])
    for isInverse in [false, true] {
      checkGradient([[4, 8]]) {
        let rotated = $0[0].rotated(cosines: cosines, sines: sines, positions: positions, isInverse: isInverse)
        return rotated * rotated * $0[0]
      }
    }
  }

  let counters = Tensor(ids: [0, 1, 2, 65536, 65537])

  @Test func dropout() {
    checkGradient([[5, 4]]) { $0[0].dropout(Dropout(key: 3, rate: 0.4), counters: counters) * $0[0] }
  }

  @Test func normalization() {
    let dropout = (Dropout(key: 9, rate: 0.3), counters: counters)
    checkGradient([[5, 4], [4], [4]]) { $0[0].normalized(scale: $0[1], shift: $0[2], epsilon: 0.01) }
    checkGradient([[5, 4], [4]]) { $0[0].rootMeanSquareNormalized(scale: $0[1], epsilon: 0.01) }
    checkGradient([[5, 4], [4], [4], [4]]) {
      $0[0].normalized(bias: $0[3], scale: $0[1], shift: $0[2], epsilon: 0.01)
    }
    checkGradient([[5, 4], [4], [4], [5, 4]]) {
      $0[0].normalized(residual: $0[3], dropout: dropout, scale: $0[1], shift: $0[2], epsilon: 0.01)
    }
    checkGradient([[5, 4], [4], [4], [4], [5, 4]]) {
      $0[0].normalized(
        residual: $0[4], bias: $0[3], dropout: dropout, scale: $0[1], shift: $0[2], epsilon: 0.01)
    }
  }

  @Test(arguments: [false, true], [4, 2]) func attention(isCausal: Bool, keyValueHeads: Int) {
    let rows = RowOffsets(lengths: [3, 0, 1, 1])
    let shape = AttentionShape(
      rows: rows, heads: 4, keyValueHeads: keyValueHeads, scale: 0.7, isCausal: isCausal)
    let dropout = (Dropout(key: 9, rate: 0.3), counters: counters)
    let inputs = [[5, 8], [5, 2 * keyValueHeads], [5, 2 * keyValueHeads]]
    checkGradient(inputs) { Tensor.attention(query: $0[0], key: $0[1], value: $0[2], shape) }
    checkGradient(inputs) { Tensor.attention(query: $0[0], key: $0[1], value: $0[2], shape, dropout: dropout) }
  }

  @Test(arguments: [false, true]) func attentionWithRelativeVectors(isCausal: Bool) {
    let shape = AttentionShape(rows: RowOffsets(lengths: [3, 0, 1, 1]), heads: 2, scale: 0.7, isCausal: isCausal)
    let dropout = (Dropout(key: 9, rate: 0.3), counters: counters)
    let tokens = [[5, 4], [5, 4], [5, 4]]
    checkGradient(tokens + [[5, 4]]) {
      Tensor.attention(
        query: $0[0], key: $0[1], value: $0[2], relative: RelativeVectors(keys: $0[3]), shape, dropout: dropout)
    }
    checkGradient(tokens + [[7, 4]]) {
      Tensor.attention(query: $0[0], key: $0[1], value: $0[2], relative: RelativeVectors(queries: $0[3]), shape)
    }
    checkGradient(tokens + [[5, 4], [5, 4]]) {
      Tensor.attention(
        query: $0[0], key: $0[1], value: $0[2], relative: RelativeVectors(keys: $0[3], queries: $0[4]), shape,
        dropout: dropout)
    }
  }
}
