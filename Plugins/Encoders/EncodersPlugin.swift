import RefluxCore

/// Encoders with a head for classes, scores or choices.
public enum EncodersPlugin: Plugin {
  public static let name = "encoders"
  public static func register(in registry: inout Registry) {
    registry.add(model: Bert.self)
    registry.add(model: Roberta.self)
    registry.add(model: Distilbert.self)
    registry.add(model: Albert.self)
    registry.add(model: Deberta.self)
    registry.add(model: DebertaV2.self)
  }
}
