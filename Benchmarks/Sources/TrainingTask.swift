/// What to train: as `compare.py` writes it.
struct TrainingTask: Decodable {
  struct Model: Decodable {
    /// As recipes name it.
    let type: String
    let vocabulary: Int
    let layers: Int
    let hidden: Int
    let heads: Int
    let intermediate: Int
    /// Rank of the LoRA updates that alone are trained; without one, every weight is.
    let loraRank: Int?
  }
  let model: Model
  let dropout: Double
  let threads: Int
  /// Row lengths in tokens, for every batch.
  let batches: [[Int]]
  /// The share of a row, at its end, that a decoder learns to predict.
  let labelledShare: Double

  var isDecoder: Bool { model.type == "llama" }
}

/// What one step took, in seconds; the kinds of kernels are parts of the whole.
struct StepAnswer: Encodable {
  let seconds: Double
  /// Processor time of all threads.
  let processor: Double
  let products: Double
  let attention: Double
  let kernels: Double
  let loss: Float
  /// How often a buffer needed fresh memory since the program began.
  let systemAllocations: Int
}
