import RefluxCore

/// The gradients of a turn, added up over its batches and passes.
struct GradientSums {
  private var sums: [String: Parameters] = [:]

  mutating func add(_ part: [String: Parameters]) {
    sums.merge(part) { $0 + $1 }
  }

  /// Empty when the loss does not depend on the module.
  subscript(name: String) -> Parameters { sums[name] ?? Parameters() }
}

extension Parameters {
  /// The Euclidean length of all elements, added up in double precision and in a fixed order.
  var length: Double {
    var squares = 0.0
    for (_, tensor) in self {
      let storage = tensor.storage
      squares += storage.buffer.backend.sumOfSquares(storage)
    }
    return squares.squareRoot()
  }
}
