import RefluxTensor

/// Two linear maps with an activation between them, applied to each token.
public struct FeedForward {
  public var up: Linear, down: Linear
  public let activation: Activation

  public init(up: Linear, down: Linear, activation: Activation) {
    (self.up, self.down, self.activation) = (up, down, activation)
  }

  /// Without the outer bias, which a following fused operation adds: `[tokens, hidden]` to `[tokens, hidden]`.
  public func product(_ x: Tensor) -> Tensor {
    let inner = up.product(x)  // [tokens, intermediate]
    // An update of the second map needs what goes into it, which the fused operation does not show.
    guard let bias = up.bias, down.adapter == nil else {
      return down.product(inner.activated(activation, bias: up.bias))
    }
    return inner.activatedLinear(activation, bias: bias, weight: down.weight)
  }
}
