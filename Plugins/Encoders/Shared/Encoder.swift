import RefluxCore
import RefluxIO

/// A transformer that reads whole rows, with a head for classes, a score, or a choice between rows.
///
/// A family says how its layers are put together (`encode`) and what they are called (`visit`); everything else is here.
protocol Encoder: Model {
  static var family: EncoderFamily { get }
  var frame: EncoderFrame { get }
  /// Logits `[rows, outputs]`, what the head's last layer reads `[rows, hidden]`, and the hidden states if wanted.
  ///
  /// The input is already checked.
  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput
}

/// What an encoder is beside its layers.
struct EncoderFrame {
  let card: ModelCard
  let configuration: EncoderConfiguration
  let backend: any Backend
}

extension Encoder {
  var card: ModelCard { frame.card }

  func callAsFunction(_ input: TokenBlock, _ pass: inout ForwardPass) throws -> ModelOutput {
    let configuration = frame.configuration
    try input.check(
      vocabulary: configuration.vocabularySize, segments: configuration.segments,
      maxPositions: configuration.longestRow, outputs: card.outputs)
    let rows = PackedRows(input.rows, counters: input.dropoutCounters, on: frame.backend)
    var output = encode(input, rows, &pass)
    if input.choices > 1 { output.logits = output.logits.reshaped([input.exampleCount, input.choices]) }
    if !pass.wants.contains(.pooled) { output.pooled = nil }
    return output
  }

  func save(to directory: String) throws {
    try ModelDirectory(directory).write(configuration: frame.configuration.json, parameters: parameters)
  }

  func saveConfiguration(to directory: String) throws {
    try ModelDirectory(directory).write(configuration: frame.configuration.json)
  }
}
