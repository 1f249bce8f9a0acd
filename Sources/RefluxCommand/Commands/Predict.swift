import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers rows with a fine-tuned model.",
    discussion: """
      Reads JSON lines {"text", "text_pair"?} or {"input_ids", "token_type_ids"?} and writes, in the same order, \
      {"label", "probabilities", "logits"} (a model of one output has no probabilities). A model that picks one of \
      several texts reads {"text", "choices"} or a list of ids for each choice; its label is the choice's number from 0.
      """)

  @OptionGroup var files: ModelFiles
  @Option(help: "Longest row in tokens; longer ones are cut. Default: the model's positions.") var maxLength: Int?
  @Option(help: "Rows that go through the model together, at most.") var batchSize = 64
  @OptionGroup var device: DeviceOptions

  /// Rows that are read before any is answered, so that rows of like length can be put together.
  private static let chunk = 1024

  func validate() throws {
    guard batchSize >= 1 else { throw ValidationError("--batch-size must be at least 1") }
    guard maxLength ?? 5 >= 5 else { throw ValidationError("--max-length must be at least 5") }
  }

  func run() throws {
    let saved = try SavedModel(
      files.model, adapter: files.adapter, registry: try BuiltIn.registry(), on: device.backend(),
      checkpoints: HubAccess().finder)
    for note in saved.model.card.notes { try Output.remark("note: \(note)") }
    let rows = try InputRows(files.input, choices: saved.model.card.picksRows)
    let encoder = try saved.encoder(maxLength: maxLength)
    let format = AnswerFormat(saved.prediction)
    var (done, cut) = (0, 0)
    try files.write { write in
      var batch: [[EncodedRow]] = []
      func answer() throws {
        for logits in try saved.logits(batch, batchSize: batchSize) { try write(.object(format.json(logits))) }
        done += batch.count
        batch = []
      }
      while let row = try rows.next() {
        do { batch.append(try row.map(encoder.encode)) } catch let error as RecipeError {
          throw rows.failure(error.messages)
        }
        if batch[batch.count - 1].contains(where: \.wasTruncated) { cut += 1 }
        if batch.count == Self.chunk { try answer() }
      }
      try answer()
    }
    if cut > 0 {
      try Output.remark(
        "note: \(cut) of \(done) rows were longer than \(encoder.maxLength) tokens and have been truncated")
    }
  }
}
