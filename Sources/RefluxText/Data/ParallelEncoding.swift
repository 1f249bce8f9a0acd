import Dispatch
import Foundation
import RefluxCore
import RefluxIO
import Synchronization

/// Told how many of the examples are tokenized; what it throws ends the work.
public typealias TokenizingProgress = (_ done: Int, _ total: Int) throws -> Void

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
func encodedInParallel(
  _ examples: [Example], _ encoder: RowEncoder, _ name: String, _ progress: TokenizingProgress
) throws -> [EncodedRows] {
  let chunk = 256
  let chunkCount = (examples.count + chunk - 1) / chunk
  // Between two waves the caller's thread has its turn.
  let wave = 16 * ProcessInfo.processInfo.activeProcessorCount
  var blocks: [EncodedRows] = []
  for first in stride(from: 0, to: chunkCount, by: wave) {
    let count = min(wave, chunkCount - first)
    let results = Mutex([Result<EncodedRows, any Error>?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let start = (first + index) * chunk
      let result = encoded(examples, start..<min(examples.count, start + chunk), encoder, name)
      results.withLock { $0[index] = result }
    }
    blocks += try results.withLock { try $0.compactMap { try $0?.get() } }
    try progress(min(examples.count, (first + count) * chunk), examples.count)
  }
  return blocks
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
