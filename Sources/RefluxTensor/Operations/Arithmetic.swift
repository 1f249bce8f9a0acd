// Two values in, one value out, with NumPy's broadcasting.

extension Tensor {
  /// Two operands that a kernel can combine: of one floating type, on one backend.
  static func matched(_ name: StaticString, _ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
    var (a, b) = (a.computable, b.computable)
    if a.dtype != b.dtype { (a, b) = (a.converted(to: .float64), b.converted(to: .float64)) }
    guard a.backend !== b.backend else { return (a, b) }
    if !b.isTracked && (b.rank == 0 || b.backend is ReferenceBackend) { return (a, b.moved(to: a.backend)) }
    if !a.isTracked && (a.rank == 0 || a.backend is ReferenceBackend) { return (a.moved(to: b.backend), b) }
    preconditionFailure("\(name): the operands are on two backends, \(a.backend.name) and \(b.backend.name)")
  }

  /// The operands of a product: as ``matched``, but frozen weights stay in their 16-bit type, and the backend converts them
  /// piece by piece.
  static func matchedProduct(_ name: StaticString, _ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
    let isStored = (b.dtype == .bfloat16 || b.dtype == .float16) && b.rank == 2 && !b.isTracked
    guard isStored, a.dtype != .float64, a.backend === b.backend else { return matched(name, a, b) }
    return (a.computable, b)
  }

  private static func combine(_ op: BinaryOp, _ a: Tensor, _ b: Tensor) -> View {
    guard let shape = broadcastShape(a.shape, b.shape),
      let left = a.layout.broadcast(to: shape), let right = b.layout.broadcast(to: shape)
    else { preconditionFailure("\(op): shapes \(a.shape) and \(b.shape) do not broadcast") }
    let out = a.backend.scratch(shape, a.dtype)
    a.backend.binary(op, View(a.buffer, left, a.dtype), View(b.buffer, right, b.dtype), into: out)
    return out
  }

  /// The tensor for a pullback that needs it only if `other` has a history.
  func kept(for other: Tensor) -> Tensor? { other.isTracked ? self : nil }

  public static func + (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = matched("add", a, b)
    let (aShape, bShape) = (a.shape, b.shape)
    return .record("add", [a, b], combine(.add, a, b)) { back in
      back.to(0) { back.gradient.summed(to: aShape) }
      back.to(1) { back.gradient.summed(to: bShape) }
    }
  }

  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = matched("subtract", a, b)
    let (aShape, bShape) = (a.shape, b.shape)
    return .record("subtract", [a, b], combine(.subtract, a, b)) { back in
      back.to(0) { back.gradient.summed(to: aShape) }
      back.to(1) { (-back.gradient).summed(to: bShape) }
    }
  }

  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = matched("multiply", a, b)
    let (aShape, bShape, keptA, keptB) = (a.shape, b.shape, a.kept(for: b), b.kept(for: a))
    return .record("multiply", [a, b], combine(.multiply, a, b)) { back in
      if let b = keptB { back.to(0) { (back.gradient * back.saved(b)).summed(to: aShape) } }
      if let a = keptA { back.to(1) { (back.gradient * back.saved(a)).summed(to: bShape) } }
    }
  }

  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = matched("divide", a, b)
    let (aShape, bShape, keptA) = (a.shape, b.shape, a.kept(for: b))
    return .record("divide", [a, b], combine(.divide, a, b)) { back in
      back.to(0) { (back.gradient / back.saved(b)).summed(to: aShape) }
      if let a = keptA {
        back.to(1) { (-back.gradient * back.saved(a) / (back.saved(b) * back.saved(b))).summed(to: bShape) }
      }
    }
  }

  /// The larger of two values; where they are equal, each gets half the gradient.
  public func maximum(_ other: Tensor) -> Tensor { Tensor.extreme(.maximum, self, other) }
  /// The smaller of two values; where they are equal, each gets half the gradient.
  public func minimum(_ other: Tensor) -> Tensor { Tensor.extreme(.minimum, self, other) }

  private static func extreme(_ op: BinaryOp, _ a: Tensor, _ b: Tensor) -> Tensor {
    let (a, b) = matched("extreme", a, b)
    return .record("extreme", [a, b], combine(op, a, b)) { back in
      let order = (a.detached - b.detached).sign()
      let share = 0.5 * (1 + (op == .maximum ? order : -order))  // of a
      back.to(0) { (back.gradient * share).summed(to: a.shape) }
      back.to(1) { (back.gradient * (1 - share)).summed(to: b.shape) }
    }
  }

  public static func + (a: Tensor, b: Float) -> Tensor { a + a.constant(Double(b)) }
  public static func + (a: Float, b: Tensor) -> Tensor { b + b.constant(Double(a)) }
  public static func - (a: Tensor, b: Float) -> Tensor { a - a.constant(Double(b)) }
  public static func - (a: Float, b: Tensor) -> Tensor { b.constant(Double(a)) - b }
  public static func * (a: Tensor, b: Float) -> Tensor { a * a.constant(Double(b)) }
  public static func * (a: Float, b: Tensor) -> Tensor { b * b.constant(Double(a)) }
  public static func / (a: Tensor, b: Float) -> Tensor { a / a.constant(Double(b)) }
  public static func / (a: Float, b: Tensor) -> Tensor { b.constant(Double(a)) / b }
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  public static func *= (a: inout Tensor, b: Float) { a = a * b }
}
