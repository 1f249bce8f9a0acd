/// The smallest number comes out first.
struct MinimumHeap {
  private var values: [UInt64] = []
  var isEmpty: Bool { values.isEmpty }

  mutating func removeAll() { values.removeAll(keepingCapacity: true) }

  mutating func push(_ value: UInt64) {
    var index = values.count
    values.append(value)
    while index > 0 {
      let parent = (index - 1) / 2
      guard value < values[parent] else { break }
      values[index] = values[parent]
      index = parent
    }
    values[index] = value
  }

  mutating func pop() -> UInt64? {
    guard let smallest = values.first, let value = values.popLast() else { return nil }
    guard !values.isEmpty else { return smallest }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < values.count else { break }
      if child + 1 < values.count, values[child + 1] < values[child] { child += 1 }
      guard values[child] < value else { break }
      values[index] = values[child]
      index = child
    }
    values[index] = value
    return smallest
  }
}
