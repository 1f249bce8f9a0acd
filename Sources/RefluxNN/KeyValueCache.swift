import RefluxTensor

/// The keys and values of the tokens that a decoder has read, so that it need not read them again for the next one.
///
/// Each row has room for `capacity` tokens. Rows that are done are dropped, and the rest keep their places.
public final class KeyValueCache {
  private let capacity: Int
  private let slots: Int
  /// Where each row of the next batch is kept.
  private var places: [Int]
  /// How many tokens of each row of the next batch there are.
  public private(set) var lengths: [Int]
  private var layers: [Int: (keys: Tensor, values: Tensor)] = [:]

  /// `slots` are the most rows that there will ever be; by default those that there are.
  public init(rows: Int, slots: Int? = nil, capacity: Int) {
    (self.slots, self.capacity) = (max(slots ?? rows, rows), capacity)
    (places, lengths) = (Array(0..<rows), [Int](repeating: 0, count: rows))
  }

  /// Adds the keys and values of new tokens, `[tokens, width]`, to a layer; returns all of its, and where each row's are.
  func adding(
    _ keys: Tensor, _ values: Tensor, of rows: RowOffsets, toLayer layer: Int
  ) -> (keys: Tensor, values: Tensor, places: [Range<Int>]) {
    precondition(rows.rowCount == places.count, "\(rows.rowCount) rows for a cache of \(places.count)")
    var (oldKeys, oldValues) = layers.removeValue(forKey: layer) ?? (room(like: keys), room(like: values))
    let ranges = places.indices.map { row in
      let start = places[row] * capacity
      precondition(lengths[row] + rows[row].count <= capacity, "a cache of \(capacity) tokens for each row is full")
      return start..<start + lengths[row] + rows[row].count
    }
    for row in places.indices where !rows[row].isEmpty {
      let target = ranges[row].upperBound - rows[row].count..<ranges[row].upperBound
      oldKeys.overwrite(rows: target, with: keys.sliced(rows[row]))
      oldValues.overwrite(rows: target, with: values.sliced(rows[row]))
    }
    layers[layer] = (oldKeys, oldValues)
    return (oldKeys, oldValues, ranges)
  }

  private func room(like new: Tensor) -> Tensor {
    .zeros([slots * capacity, new.shape[1]], new.dtype, on: new.backend)
  }

  /// All layers have read the new tokens.
  public func advance(_ rows: RowOffsets) { for row in lengths.indices { lengths[row] += rows[row].count } }

  /// Keeps some rows, in order; the others are done.
  ///
  /// A row that is named several times goes on as several.
  public func keep(_ rows: [Int]) {
    (places, lengths) = (rows.map { places[$0] }, rows.map { lengths[$0] })
    guard Set(places).count < places.count else { return }
    precondition(rows.count <= slots, "\(rows.count) rows for a cache of \(slots)")
    for layer in layers.keys.sorted() {
      guard let held = layers.removeValue(forKey: layer) else { continue }
      layers[layer] = (spread(held.keys), spread(held.values))
    }
    places = Array(rows.indices)
  }

  /// Each kept row's tokens at a place of its own.
  private func spread(_ held: Tensor) -> Tensor {
    var room = room(like: held)
    for (row, (place, length)) in zip(places, lengths).enumerated() where length > 0 {
      let (source, target) = (place * capacity, row * capacity)
      room.overwrite(rows: target..<target + length, with: held.sliced(source..<source + length))
    }
    return room
  }
}
