import RefluxIO
import RefluxNN
import RefluxTensor
import RefluxTesting
import Testing

@Suite struct RelativePositionTests {
  /// Against transformers, for every distance: `scripts/relative_positions.py`.
  @Test func logarithmicBuckets() throws {
    let cases = try #require(JSON(contentsOf: fixture("relative_positions.json")).array)
    #expect(cases.count == 6)
    for item in cases {
      let number = { (key: String) in try #require(item[key]?.integer) }
      let positions = RelativePositions(buckets: try number("buckets"), longest: try number("longest"))
      var changes = try #require(item["changes"]?.array).compactMap(\.array)[...]
      var expected = -1
      for distance in try number("lowest")...number("highest") {
        if changes.first?[0].integer == distance { expected = try #require(changes.removeFirst()[1].integer) }
        #expect(positions.index(distance) == expected, "distance \(distance) in \(item["buckets"] ?? .null) buckets")
      }
      #expect(changes.isEmpty)
    }
  }

  @Test func farDistancesShareTheOutermostVector() {
    let positions = RelativePositions(span: 3)
    #expect((-5...5).map(positions.index) == [0, 0, 0, 1, 2, 3, 4, 5, 5, 5, 5])
  }

  /// Only what occurs is projected, each vector once; every offset finds its own.
  @Test func theVectorsOfABatch() throws {
    let scope = ParameterScope(FreshParameters(seed: 1, on: ReferenceBackend.shared))
    let embedding = try RelativeEmbedding(scope, RelativePositions(span: 2), width: 1, norm: nil, deviation: 1)
    let table = embedding.table.weight.floats
    var seen: [[Float]] = []
    for (lengths, used) in [([3, 1], 0...3), ([2], 1...3), ([1, 1], 2...2)] {
      let offsets = RowOffsets(lengths: lengths)
      let rows = PackedRows(
        offsets, counters: [Int32](repeating: 0, count: offsets.tokenCount), on: ReferenceBackend.shared)
      let vectors = embedding(rows).projected(
        dropout: nil,
        keys: {
          seen.append($0.floats)
          return $0 * 2
        }, queries: nil)
      #expect(seen.last == Array(table[used]))
      let reach = offsets.longest
      let wanted = (1 - reach..<reach).map { 2 * table[embedding.positions.index(-$0)] }
      #expect(vectors.keys?.floats == wanted && vectors.queries == nil)
    }
  }
}
