/// Trains a few weights beside those of a model, which stay as they are.
///
/// ```yaml
/// model: { type: bert, checkpoint: bert-base-uncased, adapter: { type: lora, rank: 8, targets: [query, value] } }
/// ```
///
/// It is built before its model, so that it can say in the ``BuildContext`` how the model must be.
public protocol ModelAdapter: Component {
  func adapting(_ model: any Model, _ context: BuildContext) throws -> any Model
}

/// A model with an adapter: what it shows to visitors, and saves, is the adapter alone.
public protocol AdaptedModel: Model {
  /// The model underneath, with what the adapter learned added to its own weights.
  var merged: any Model { get }
}

/// The options that every model has.
struct ModelOptions: ComponentOptions {
  @Option("What is trained beside the model's own weights, which are frozen then; without it, they are trained.")
  var adapter: Blueprint<any ModelAdapter>? = nil

  /// Builds a model, and puts it under its adapter.
  func build(_ make: (inout BuildContext) throws -> any Model, _ context: inout BuildContext) throws -> any Model {
    guard let adapter else { return try make(&context) }
    let outer = context
    let built = try adapter.build(&context)
    let model = try make(&context)
    context = outer
    return try built.adapting(model, context)
  }
}
