import Dispatch
import RefluxCore
import RefluxIO
import Synchronization

/// The rows of some neighbouring examples.
struct EncodedRows: Sendable {
  var ids: [Int32] = []
  var segments: [UInt8] = []
  var rowLengths: [Int] = []
  /// Of rows with answers: what each position must predict; for the others nothing is added.
  var targets: [Int32] = []
  var truncatedRowCount = 0

  mutating func append(_ row: EncodedRow) {
    ids += row.ids
    segments.append(contentsOf: row.segments.lazy.map { UInt8(truncatingIfNeeded: $0) })
    if row.segments.isEmpty { segments.append(contentsOf: repeatElement(0, count: row.ids.count)) }
    targets += row.targets
    rowLengths.append(row.ids.count)
    if row.wasTruncated { truncatedRowCount += 1 }
  }
}

extension Example {
  /// What is wrong with example `index` (from 0) of some data: by its line, or by its number if it has none.
  func failure(_ problem: String, _ index: Int, of name: String) -> any Error {
    guard let place else { return RecipeError("example \(index + 1) of \(name) \(problem)") }
    return FileError(place.path, line: place.line, problem)
  }
}

/// Encodes examples on every core; what comes out does not depend on how many there are.
///
/// - Throws: The error of the first example that has one.
func encodedInParallel(_ examples: [Example], _ encoder: RowEncoder, _ name: String) throws -> [EncodedRows] {
  let chunk = 256
  let chunkCount = (examples.count + chunk - 1) / chunk
  let results = Mutex([Result<EncodedRows, any Error>?](repeating: nil, count: chunkCount))
  DispatchQueue.concurrentPerform(iterations: chunkCount) { index in
    let range = index * chunk..<min(examples.count, (index + 1) * chunk)
    let result = encoded(examples, range, encoder, name)
    results.withLock { $0[index] = result }
  }
  return try results.withLock { try $0.compactMap { try $0?.get() } }
}

private func encoded(
  _ examples: [Example], _ range: Range<Int>, _ encoder: RowEncoder, _ name: String
) -> Result<EncodedRows, any Error> {
  var rows = EncodedRows()
  for index in range {
    do {
      for row in examples[index].rows { rows.append(try encoder.encode(row)) }
    } catch {
      let problem = (error as? RecipeError)?.problems.first?.message ?? "\(error)"
      return .failure(examples[index].failure(problem, index, of: name))
    }
  }
  return .success(rows)
}
