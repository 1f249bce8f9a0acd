import RefluxTensor

/// `down(activation(gate(x)) · up(x))` (Shazeer, 2020).
public struct GatedFeedForward: Module {
  public var gate: Linear, up: Linear, down: Linear
  private let activation: Activation

  public init(_ scope: ParameterScope, _ shape: DecoderShape) throws {
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
      try Linear(
        scope[name], inputs: inputs, outputs: outputs, hasBias: shape.feedForwardBias, deviation: shape.deviation)
    }
    gate = try linear("gate_proj", shape.hiddenSize, shape.intermediateSize)
    up = try linear("up_proj", shape.hiddenSize, shape.intermediateSize)
    down = try linear("down_proj", shape.intermediateSize, shape.hiddenSize)
    activation = shape.activation
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("gate_proj", &gate)
    visitor.visit("up_proj", &up)
    visitor.visit("down_proj", &down)
  }

  /// `[tokens, hidden]` to `[tokens, hidden]`.
  func callAsFunction(_ x: Tensor) -> Tensor { down(gate(x).gating(up(x), activation)) }
}
