import RefluxTesting
import Testing

@testable import RefluxTensor

@Suite struct StorageTests {
  @Test func writingInPlaceLeavesCopiesAlone() {
    var x = Tensor([1, 2, 3])
    let address = x.buffer.address
    x.withUniqueStorage { $0.buffer.backend.fill($0, with: 5) }
    #expect(x.floats == [5, 5, 5] && x.buffer.address == address)
    let snapshot = x
    x.withUniqueStorage { $0.buffer.backend.fill($0, with: 6) }
    #expect(x.floats == [6, 6, 6] && snapshot.floats == [5, 5, 5])
  }

  @Test func writingToAViewCopiesItFirst() {
    let whole = Tensor([1, 2, 3, 4], [2, 2])
    var row = whole.transposed().sliced(0..<1)
    row.multiply(by: 10)
    #expect(row.floats == [10, 30] && whole.floats == [1, 2, 3, 4])
  }

  @Test func theGradientOfALookUpKnowsItsRows() {
    let ones = Tensor.ones([2, 3])
    var sum = ones.scatteredRows(Tensor(ids: [7, 2]), height: 10)
    #expect(sum.filledRows == [2, 7])
    sum.add(ones.scatteredRows(Tensor(ids: [2, 4]), height: 10))
    #expect(sum.filledRows == [2, 4, 7])
    #expect(sum.reshaped([30]).filledRows == nil && sum.sliced(1..<10).filledRows == nil)
    #expect(sum.sum([1]).floats == [0, 0, 6, 0, 3, 0, 0, 3, 0, 0])
    sum.add(Tensor.ones([10, 3]))
    #expect(sum.filledRows == nil)
    sum = ones.scatteredRows(Tensor(ids: [7, 2]), height: 10)
    sum.overwrite(rows: 0..<1, with: Tensor.ones([1, 3]))
    #expect(sum.filledRows == nil)
    #expect(ones.scatteredRows(Tensor(ids: [1, 2]), height: 3).filledRows == nil)
  }

  @Test func foreignMemoryIsReadButNeverWritten() {
    final class File {
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 4)
      deinit { bytes.deallocate() }
    }
    weak var watched: File?
    do {
      let file = File()
      watched = file
      file.bytes.initializeMemory(as: Float.self, from: [0, 1, 2, 3], count: 4)
      let buffer = Buffer(address: file.bytes + 4, byteCount: 12, backend: ReferenceBackend.shared, owner: file)
      var x = Tensor(storage: View(buffer, Layout(rowMajor: [3]), .float32))
      #expect(x.floats == [1, 2, 3])
      x.add(Tensor([1, 1, 1]))
      #expect(x.floats == [2, 3, 4])
      #expect(file.bytes.load(fromByteOffset: 4, as: Float.self) == 1)
    }
    #expect(watched == nil)
  }

  /// Halfway cases go to the even neighbour; numbers from the format's definition.
  @Test func bfloat16RoundsToNearestEven() {
    let numbers: [Float] = [1, 1.00390625, 1.01171875, 1.003907, 3.39e38, 3.4e38, -.infinity]
    let rounded = Tensor(numbers).converted(to: .bfloat16)
    #expect(rounded.dtype == .bfloat16)
    #expect(rounded.floats == [1, 1, 1.015625, 1.0078125, 3.3895314e38, .infinity, -.infinity])
    #expect(Tensor([Float.nan]).converted(to: .bfloat16).floats[0].isNaN)
  }

  @Test func float16HasSubnormalsAndInfinities() {
    let numbers: [Float] = [65504, 65519, 65520, 5.9604645e-8, 2.9802322e-8, 8.940697e-8, -6.1035156e-5, 1.00048828125]
    let rounded = Tensor(numbers).converted(to: .float16)
    #expect(
      rounded.floats == [65504, 65504, .infinity, 5.9604645e-8, 0, 1.1920929e-7, -6.1035156e-5, 1])
    #expect(Tensor([Float.nan]).converted(to: .float16).floats[0].isNaN)
  }

  @Test func halfTypesAreStoredAndComputedWithInFloat32() {
    let weight = Tensor([1.5, -2], [1, 2]).converted(to: .bfloat16)
    let result = Tensor([2, 3], [1, 2]).linear(weight)
    #expect(result.dtype == .float32 && result.floats == [-3])
    let leaf = weight.asLeaf()
    let gradient = gradients(of: Tensor([2, 3], [1, 2]).linear(leaf).sum(), at: [leaf])[0]
    #expect(gradient?.dtype == .bfloat16 && gradient?.floats == [2, 3])
  }

  @Test func constantsFollowTheOtherOperandToItsBackend() {
    let other = CountingBackend()
    let x = Tensor([1, 2], on: other)
    #expect((x + Tensor([1, 1])).backend === other)
    #expect((Tensor(2) * x).floats == [2, 4])
    #expect((3 - x).backend === other)
    #expect(x.moved(to: ReferenceBackend.shared).floats == [1, 2])
  }

  @Test func emptyTensorsWork() {
    let empty = Tensor([], [0, 3])
    #expect((empty * 2).exp().softmax().shape == [0, 3])
    #expect(empty.sum().item == 0)
    #expect(empty.sum([0]).floats == [0, 0, 0])
    #expect(empty.matmul(Tensor.ones([3, 2])).shape == [0, 2])
    #expect(empty.taking([]).shape == [0, 3])
    #expect(Tensor.concatenated([empty, Tensor([1, 2, 3], [1, 3])]).floats == [1, 2, 3])
    #expect(empty.argmax() == [])
    let leaf = empty.asLeaf()
    let scale = Tensor([1, 1, 1])
    let norm = leaf.normalized(scale: scale, shift: scale, epsilon: 1e-5)
    #expect(gradients(of: norm.sum(), at: [leaf])[0]?.shape == [0, 3])
  }

  @Test func rowsOfThePaddingIndexGetNoGradient() {
    let table = Tensor([1, 2, 3, 4, 5, 6], [3, 2]).asLeaf()
    let found = table.rows(Tensor(ids: [0, 2, 0, 1]), paddingIndex: 0)
    #expect(found.floats == [1, 2, 5, 6, 1, 2, 3, 4])
    #expect(gradients(of: found.sum(), at: [table])[0]?.floats == [0, 0, 1, 1, 1, 1])
  }

  @Test func argmaxTakesTheFirstOfEqualValues() {
    #expect(Tensor([1, 3, 3, -1, -5, -2], [2, 3]).argmax() == [1, 0])
  }
}
