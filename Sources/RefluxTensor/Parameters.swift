/// Tensors by parameter name, in visiting order: weights, gradients, moments, masks.
public struct Parameters: Sequence {
  public private(set) var names: [String] = []
  private var values: [String: Tensor] = [:]
  public init() {}

  public subscript(name: String) -> Tensor? {
    get { values[name] }
    // In place: while the caller edits, nobody else holds the tensor.
    _modify {
      var value = values.removeValue(forKey: name)
      let wasThere = value != nil
      defer {
        if wasThere && value == nil { names.removeAll { $0 == name } }
        if !wasThere && value != nil { names.append(name) }
        values[name] = value
      }
      yield &value
    }
  }

  public func makeIterator() -> some IteratorProtocol<(String, Tensor)> {
    names.lazy.compactMap { name in values[name].map { (name, $0) } }.makeIterator()
  }

  public var isEmpty: Bool { names.isEmpty }
  /// The number of tensors.
  public var count: Int { names.count }
  /// The number of elements of all tensors.
  public var elementCount: Int { reduce(0) { $0 + $1.1.count } }

  /// The parameters under `prefix`, with the prefix cut off.
  public func removingPrefix(_ prefix: String) -> Parameters {
    var result = Parameters()
    for (name, value) in self where name.hasPrefix(prefix) { result[String(name.dropFirst(prefix.count))] = value }
    return result
  }

  /// The same names with what `body` makes of each tensor.
  public func mapping(_ body: (String, Tensor) throws -> Tensor) rethrows -> Parameters {
    var result = self
    for (name, value) in self { result[name] = try body(name, value) }
    return result
  }
}

// MARK: - As one long vector

extension Parameters {
  /// The Euclidean length, added up in double precision in a fixed order.
  public var norm: Double { sumsOfSquares.reduce(0) { $0 + $1.value }.squareRoot() }

  /// The square of each tensor's Euclidean length, added up in double precision in a fixed order.
  public var sumsOfSquares: [(name: String, value: Double)] {
    map { name, tensor in
      let filled = tensor.filledRows.map { tensor.detached.rows(Tensor(ids: $0, on: tensor.backend)) }
      return (name, tensor.backend.sumOfSquares((filled ?? tensor).computable.dense))
    }
  }

  /// The sum, name by name; what one side lacks is taken from the other.
  public static func + (a: Parameters, b: Parameters) -> Parameters {
    var result = a
    result += b
    return result
  }

  /// Adds in place where nobody else holds the tensors; what is missing is taken over.
  public static func += (a: inout Parameters, b: Parameters) {
    for (name, part) in b { if a[name] == nil { a[name] = part } else { a[name]?.add(part) } }
  }

  public static func * (a: Parameters, scale: Float) -> Parameters { a.mapping { $1 * scale } }

  /// Multiplies in place where nobody else holds the tensors.
  public static func *= (a: inout Parameters, scale: Float) { for name in a.names { a[name]?.multiply(by: scale) } }
}
