import RefluxTensor

/// A way for elements to lie in a buffer.
enum Arrangement: CaseIterable {
  /// Row-major from the start.
  case contiguous
  /// Row-major from somewhere else.
  case offset
  /// The first axis innermost.
  case transposed
  /// Part of wider rows.
  case sliced
  /// Every second element.
  case strided
  /// One entry for all of the first axis. Only to read from.
  case broadcast

  static let writable = allCases.filter { $0 != .broadcast }

  func layout(_ shape: Shape) -> Layout {
    let dense = Layout(rowMajor: shape)
    switch self {
    case .contiguous: return dense
    case .offset: return Layout(rowMajor: shape, offset: 3)
    case .transposed:
      let reversed = Layout(rowMajor: shape.reversed())
      return Layout(shape: shape, strides: reversed.strides.reversed())
    case .sliced:
      guard let last = shape.last else { return dense }
      return Layout(shape: shape, strides: Layout(rowMajor: shape.dropLast() + [last + 5]).strides, offset: 2)
    case .strided: return Layout(shape: shape, strides: dense.strides.map { $0 * 2 }, offset: 1)
    case .broadcast:
      guard !shape.isEmpty else { return dense }
      return Layout(shape: shape, strides: [0] + dense.strides.dropFirst())
    }
  }
}

/// What lies around the elements; a kernel that reads it shows, and one that writes there is caught.
private let guardValue: Float = .nan

/// Float32 elements arranged in some way in a backend's memory.
struct Arranged {
  let view: View
  let arrangement: Arrangement

  /// Puts `values` (row-major) into place; with `broadcast`, the first entry's values count for all.
  init(_ values: [Float], _ shape: Shape, _ arrangement: Arrangement = .contiguous, on backend: any Backend) {
    let layout = arrangement.layout(shape)
    var bytes = [Float](repeating: guardValue, count: (layout.places.max() ?? 0) + 8)
    for (place, value) in zip(layout.places, values).reversed() { bytes[place] = value }
    let buffer = backend.allocate(bytes.count * 4)
    bytes.withUnsafeBytes { backend.upload($0, to: buffer) }
    (view, self.arrangement) = (View(buffer, layout, .float32), arrangement)
  }

  /// The elements in row-major order; `nil` if something outside of them was written.
  var floats: [Float]? {
    var bytes = [Float](repeating: 0, count: view.buffer.byteCount / 4)
    bytes.withUnsafeMutableBytes { view.buffer.backend.download(view.buffer, to: $0) }
    let places = view.layout.places
    let values = places.map { bytes[$0] }
    for place in places { bytes[place] = guardValue }
    for byte in bytes where !byte.isNaN { return nil }
    return values
  }
}

extension Layout {
  /// Where each element is, in row-major order.
  var places: [Int] {
    var places = [offset]
    for axis in shape.indices {
      var next: [Int] = []
      next.reserveCapacity(places.count * shape[axis])
      for place in places {
        var step = 0
        while step < shape[axis] {
          next.append(place + step * strides[axis])
          step += 1
        }
      }
      places = next
    }
    return places
  }
}
