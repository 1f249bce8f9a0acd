import RefluxCore

/// A model whose parameters are its logits: example `i` (the row `[i]`) is answered with row `i` of a table.
///
/// Losses and their gradients are then those of a formula on given logits, without a network in between.
public struct LogitTable: Model {
  public static let name = "logit-table"
  public static let summary = "Answers from a table of logits."
  public var logits: Tensor  // [examples, classes]
  public var card: ModelCard

  public init(_ rows: [[Float]]) {
    let classes = rows.first?.count ?? 0
    logits = Tensor(rows.flatMap { $0 }, [rows.count, classes])
    card = ModelCard(
      .encoder, type: "table", layers: 0, hiddenSize: 0, vocabularySize: rows.count, maxPositions: 1, outputs: classes)
  }
  public init(_: NoOptions, _: inout BuildContext) { self.init([[0, 0]]) }

  public mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("logits", &logits) }
  public func callAsFunction(_ input: TokenBlock, _: inout ForwardPass) -> ModelOutput {
    ModelOutput(logits: logits.taking(input.ids.map(Int.init)))
  }
  public func save(to _: String) {}
  public func saveConfiguration(to _: String) {}
}
