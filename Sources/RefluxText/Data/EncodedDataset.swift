import RefluxCore
import RefluxIO
import RefluxTensor

/// A split of a task as token ids: every row one after the other, ready to be put together into batches.
public struct EncodedDataset: Dataset {
  private let ids: [Int32]  // [tokens]
  private let segments: [UInt8]  // [tokens]
  private let starts: [Int]  // [rows + 1]
  private let choices: Int
  private let targets: Targets?
  /// Each example's place in the list it came from: examples that do not fit are left out.
  private let numbers: [Int]
  public let lengths: [Int]
  /// Rows that were longer than allowed and have been cut.
  public let truncatedRowCount: Int
  /// Examples that are left out because they do not fit.
  let leftOutCount: Int
  /// The first few of them.
  private let leftOut: [Int]
  public var rowCount: Int { starts.count - 1 }
  public var count: Int { rowCount / choices }

  /// Tokenizes examples, on every core.
  ///
  /// Rows without answers are cut to the encoder's limit. An example of a language model is left out if it is longer, and
  /// those that are left keep their numbers as names.
  ///
  /// - Parameters:
  ///   - examples: What to tokenize; what is example `i` here is called so in batches.
  ///   - encoder: The tokenizer and the limits that rows are checked against.
  ///   - prediction: What labels are checked against.
  ///   - name: What errors call the data: `the train split`.
  ///   - cache: Where ids are kept that were made before.
  ///   - progress: Told now and then how far the work is; not called where the cache has everything.
  /// - Throws: `RecipeError` if there are no examples; naming the first example that does not fit, ``FileError`` with its
  ///   line if it came from a file.
  public init(
    _ examples: [Example], _ encoder: RowEncoder, _ prediction: PredictionKind, name: String, cache: TokenCache? = nil,
    progress: TokenizingProgress = { _, _ in }
  ) throws {
    guard let first = examples.first else { throw RecipeError("\(name) has no examples") }
    choices = first.rows.count
    let wanted = if case .choice(let count) = prediction { count } else { 1 }
    if let odd = examples.firstIndex(where: { $0.rows.count != wanted }) {
      throw examples[odd].failure("has \(examples[odd].rows.count) rows, but wants \(wanted)", odd, of: name)
    }
    let blocks =
      if let cache {
        try cache.rows(of: examples, encoder) { try encodedInParallel(examples, encoder, name, progress) }
      } else {
        try encodedInParallel(examples, encoder, name, progress)
      }
    truncatedRowCount = blocks.reduce(0) { $0 + $1.truncatedRowCount }
    if prediction == .text {
      let rows = try LanguageRows(blocks, maxLength: encoder.maxLength, name: name)
      (ids, starts, numbers) = (rows.ids, rows.starts, rows.numbers)
      (segments, targets) = ([UInt8](repeating: 0, count: rows.ids.count), rows.targets)
    } else {
      if let odd = examples.firstIndex(where: { $0.rows.contains(where: \.hasAnswer) }) {
        throw examples[odd].failure("has an answer of text, and the task has no use for it", odd, of: name)
      }
      (ids, segments) = (blocks.flatMap(\.ids), blocks.flatMap(\.segments))
      starts = blocks.flatMap(\.rowLengths).reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
      (numbers, targets) = (Array(examples.indices), try Self.targets(examples, prediction, name))
    }
    leftOutCount = examples.count - numbers.count
    let kept = Set(numbers)
    leftOut = leftOutCount == 0 ? [] : Array(examples.indices.filter { !kept.contains($0) }.prefix(5))
    let (starts, choices) = (starts, choices)
    lengths = numbers.indices.map { starts[($0 + 1) * choices] - starts[$0 * choices] }
  }

  /// `12 of 277 rows were longer than 128 tokens and have been truncated`; `nil` when none was.
  public func truncationNote(maxLength: Int) -> String? {
    guard truncatedRowCount > 0 else { return nil }
    return "\(truncatedRowCount) of \(rowCount) rows were longer than \(maxLength) tokens and have been truncated"
  }

  /// Which examples do not fit, counted from 1; `nil` when all do.
  ///
  /// `2 of 277 examples do not fit into 128 tokens and are left out: 9 and 12`
  func leftOutNote(maxLength: Int) -> String? {
    guard leftOutCount > 0 else { return nil }
    let total = numbers.count + leftOutCount
    var names = leftOut.map { "\($0 + 1)" }
    if leftOutCount > leftOut.count { names.append("\(leftOutCount - leftOut.count) more") }
    let list = names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    return leftOutCount == 1
      ? "1 of \(total) examples does not fit into \(maxLength) tokens and is left out: \(list)"
      : "\(leftOutCount) of \(total) examples do not fit into \(maxLength) tokens and are left out: \(list)"
  }

  /// What there is to say about rows that are too long.
  public func notes(maxLength: Int) -> [String] {
    [truncationNote(maxLength: maxLength), leftOutNote(maxLength: maxLength)].compactMap { $0 }
  }

  public func batch(_ indices: [Int]) throws -> Batch {
    var (blockIDs, blockSegments, rowLengths) = ([Int32](), [Int32](), [Int]())
    let tokens = indices.reduce(0) { $0 + lengths[$1] }
    blockIDs.reserveCapacity(tokens)
    blockSegments.reserveCapacity(tokens)
    for index in indices {
      for row in index * choices..<(index + 1) * choices {
        let range = starts[row]..<starts[row + 1]
        blockIDs += ids[range]
        blockSegments.append(contentsOf: segments[range].lazy.map(Int32.init))
        rowLengths.append(range.count)
      }
    }
    let block = TokenBlock(
      ids: blockIDs, segments: blockSegments, rows: RowOffsets(lengths: rowLengths), choices: choices,
      targets: targets?.taking(indices))
    return Batch(indices.map { ExampleID(numbers[$0]) }, input: block)
  }

  /// Either every example has a label of the right kind, or none has one.
  private static func targets(_ examples: [Example], _ prediction: PredictionKind, _ name: String) throws -> Targets? {
    guard examples.contains(where: { $0.label != nil }) else { return nil }
    let problem = { (index: Int, text: String) in examples[index].failure(text, index, of: name) }
    let classCount: Int
    switch prediction {
    case .score:
      return .scores(
        try examples.enumerated().map { index, example in
          guard case .score(let score)? = example.label else {
            throw problem(index, example.label == nil ? "has no label" : "has a class as its label, but wants a number")
          }
          return score
        })
    case .classes(let names): classCount = names.count
    case .choice(let count): classCount = count
    case .text: return nil
    }
    return .classes(
      try examples.enumerated().map { index, example in
        guard case .category(let label)? = example.label else {
          throw problem(index, example.label == nil ? "has no label" : "has a number as its label, but wants a class")
        }
        guard (0..<classCount).contains(label) else {
          throw problem(index, "has the label \(label), which is outside 0 to \(classCount - 1)")
        }
        return label
      })
  }
}
