import RefluxTensor

/// A convolution along the tokens of each row of a packed batch; beyond a row's ends there are zeros.
public struct PackedConvolution: Module {
  public var weight: Tensor  // [outputs, inputs / groups, taps]
  public var bias: Tensor  // [outputs]
  public let groups: Int

  /// `taps` is odd, so that the result has as many tokens; `groups` divides `width`.
  public init(_ scope: ParameterScope, width: Int, taps: Int, groups: Int, deviation: Float) throws {
    precondition(taps % 2 == 1 && width.isMultiple(of: groups), "\(taps) taps, \(groups) groups of \(width)")
    weight = try scope.parameter("weight", [width, width / groups, taps], .normal(deviation: deviation))
    bias = try scope.parameter("bias", [width], .zeros)
    self.groups = groups
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  public func callAsFunction(_ x: Tensor, _ rows: RowOffsets) -> Tensor {  // [tokens, inputs] -> [tokens, outputs]
    let (tokens, taps) = (x.shape[0], weight.shape[2])
    let (outputs, inputs) = (weight.shape[0] / groups, weight.shape[1])
    let blank = Tensor.zeros([1, x.shape[1]], x.dtype, on: x.backend)
    let windows = Tensor.concatenated([x, blank]).rows(Tensor(ids: neighbours(rows), on: x.backend))
      .reshaped([tokens, taps, x.shape[1]])
    let parts = (0..<groups).map { group in
      let window = windows.sliced(group * inputs..<(group + 1) * inputs, axis: 2).reshaped([tokens, taps * inputs])
      let filter = weight.sliced(group * outputs..<(group + 1) * outputs).transposed(1, 2)
      return window.linear(filter.reshaped([outputs, taps * inputs]))
    }
    return (groups == 1 ? parts[0] : .concatenated(parts, axis: 1)) + bias
  }

  /// The tokens under the taps for each token; beyond a row's ends the one behind the last of all.
  private func neighbours(_ rows: RowOffsets) -> [Int32] {  // [tokens · taps]
    let half = weight.shape[2] / 2
    return (0..<rows.rowCount).flatMap { row in
      rows[row].flatMap { token in
        (token - half...token + half).map { Int32(rows[row].contains($0) ? $0 : rows.tokenCount) }
      }
    }
  }
}
