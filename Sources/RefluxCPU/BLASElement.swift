import COpenBLAS

/// An element type OpenBLAS multiplies matrices of.
protocol BLASElement: BinaryFloatingPoint {
  /// `c = a b + beta c`, row-major; a transposed operand lies in memory as its transpose.
  static func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: BLASMatrix<Self>, _ b: BLASMatrix<Self>, beta: Self,
    _ c: UnsafeMutablePointer<Self>, _ leadingDimension: Int)
}

/// A matrix as BLAS sees it.
struct BLASMatrix<Element> {
  var address: UnsafePointer<Element>
  /// The distance of neighbouring rows in memory.
  var leadingDimension: Int
  var isTransposed = false

  var order: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }

  /// This matrix from row `row` on.
  func from(row: Int) -> BLASMatrix {
    BLASMatrix(
      address: address + (isTransposed ? row : row * leadingDimension), leadingDimension: leadingDimension,
      isTransposed: isTransposed)
  }
  /// This matrix from column `column` on.
  func from(column: Int) -> BLASMatrix {
    BLASMatrix(
      address: address + (isTransposed ? column * leadingDimension : column), leadingDimension: leadingDimension,
      isTransposed: isTransposed)
  }
  /// The same memory read with rows and columns exchanged.
  var transposed: BLASMatrix {
    BLASMatrix(address: address, leadingDimension: leadingDimension, isTransposed: !isTransposed)
  }
}

extension Float: BLASElement {
  static func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: BLASMatrix<Float>, _ b: BLASMatrix<Float>, beta: Float,
    _ c: UnsafeMutablePointer<Float>, _ leadingDimension: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, a.order, b.order, blasint(m), blasint(n), blasint(k), 1, a.address, blasint(a.leadingDimension),
      b.address, blasint(b.leadingDimension), beta, c, blasint(leadingDimension))
  }
}

extension Double: BLASElement {
  static func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: BLASMatrix<Double>, _ b: BLASMatrix<Double>, beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ leadingDimension: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, a.order, b.order, blasint(m), blasint(n), blasint(k), 1, a.address, blasint(a.leadingDimension),
      b.address, blasint(b.leadingDimension), beta, c, blasint(leadingDimension))
  }
}
