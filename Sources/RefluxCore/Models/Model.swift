/// A network: a function of its parameters and a block of tokens.
///
/// Encoders (BERT and its like) and decoders (LLaMA) differ in the shape of `logits` and in nothing that
/// the training loop looks at.
public protocol Model: Component, Module {
  var card: ModelCard { get }
  /// What the network says about a block of tokens.
  ///
  /// - Throws: `RecipeError` if it cannot read the block.
  func callAsFunction(_ input: TokenBlock, _ pass: inout ForwardPass) throws -> ModelOutput
  /// Writes a directory that Hugging Face loads: `config.json` and `model.safetensors`.
  func save(to directory: String) throws
  /// Writes `config.json` alone.
  func saveConfiguration(to directory: String) throws
  /// Where ``save(to:)`` puts a parameter: the file, and its name in there.
  func place(ofParameter name: String) -> (file: String, name: String)
}

extension Model {
  public func place(ofParameter name: String) -> (file: String, name: String) { (ModelFile.weights, name) }
}

/// What a model says about a block of tokens.
public struct ModelOutput {
  public var logits: Tensor  // [examples, classes]
  public var hiddenStates: [Tensor]  // [tokens, hiddenSize]: embeddings, then one per layer; empty unless wanted
  public var pooled: Tensor?  // [rows, hiddenSize]
  /// What a language model says; `logits` is then `[examples, 0]`.
  public var tokens: TokenPredictions?
  public init(logits: Tensor, hiddenStates: [Tensor] = [], pooled: Tensor? = nil) {
    (self.logits, self.hiddenStates, self.pooled) = (logits, hiddenStates, pooled)
  }
  public init(tokens: TokenPredictions, hiddenStates: [Tensor] = []) {
    logits = Tensor([], [tokens.rows.rowCount, 0], on: tokens.hidden.backend)
    (self.hiddenStates, self.tokens) = (hiddenStates, tokens)
  }
  /// The same numbers without history.
  public var detached: ModelOutput {
    var output = ModelOutput(
      logits: logits.detached, hiddenStates: hiddenStates.map(\.detached), pooled: pooled?.detached)
    output.tokens = tokens?.detached
    return output
  }
}
