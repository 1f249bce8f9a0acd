import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

extension TokenBlock {
  /// From `input_ids`, `attention_mask` and perhaps `token_type_ids`, padded at the end.
  init(padded batch: JSON, choices: Int = 1) throws {
    func rows(_ key: String) throws -> [[Double]] { try #require(batch[key]?.array).map(\.numbers) }
    let lengths = try rows("attention_mask").map { Int($0.reduce(0, +)) }
    func packed(_ key: String) throws -> [Int32] {
      try zip(rows(key), lengths).flatMap { row, length in row.prefix(length).map { Int32($0) } }
    }
    self.init(
      ids: try packed("input_ids"), segments: batch["token_type_ids"] == nil ? [] : try packed("token_type_ids"),
      rows: RowOffsets(lengths: lengths), choices: choices)
  }

  /// From samples with `input_ids` and perhaps `token_type_ids`.
  init(samples: [JSON]) throws {
    let ids = try samples.map { try #require($0["input_ids"]).numbers.map { Int32($0) } }
    self.init(
      ids: ids.flatMap { $0 }, segments: samples.flatMap { $0["token_type_ids"]?.numbers.map { Int32($0) } ?? [] },
      rows: RowOffsets(lengths: ids.map(\.count)))
  }
}

/// Mean cross-entropy of `logits` `[n, classes]`, written out.
func crossEntropy(_ logits: Tensor, _ labels: [Int]) -> Tensor {
  let classes = logits.shape[1]
  let isLabel = labels.flatMap { label in (0..<classes).map { $0 == label ? Float(1) : 0 } }
  let target = Tensor(isLabel, logits.shape, on: logits.backend)
  return -(logits.logSoftmax() * target).sum() / Float(labels.count)
}

/// The checksums that the fixtures have of a tensor: its length, its product with the cosines of 0, 1, 2 and so on.
struct TensorStats {
  let count: Int
  let length: Double
  let turned: Double
  let first: [Double]
  init(_ json: JSON?) throws {
    count = try #require(json?["n"]?.integer)
    length = try #require(json?["l2"]?.number)
    turned = try #require(json?["dot_cos"]?.number)
    first = try #require(json?["first"]).numbers
  }
  init(of values: [Double]) {
    count = values.count
    length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    turned = values.enumerated().reduce(0) { $0 + $1.element * cos(Double($1.offset)) }
    first = Array(values.prefix(3))
  }
}
