/// Puts examples of like length together, the longest first, so that memory peaks at once and not at the end.
///
/// A batch has at most `batchSize` examples, and fewer if they are long.
func batchesOfLikeLength(_ lengths: [Int], atMost batchSize: Int) -> [[Int]] {
  let tokensPerBatch = 16_384
  let order = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
  var (batches, current, tokens): ([[Int]], [Int], Int) = ([], [], 0)
  for index in order {
    if !current.isEmpty, current.count == batchSize || tokens + lengths[index] > tokensPerBatch {
      batches.append(current)
      (current, tokens) = ([], 0)
    }
    current.append(index)
    tokens += lengths[index]
  }
  return current.isEmpty ? batches : batches + [current]
}
