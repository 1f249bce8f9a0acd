import RefluxTesting
import Testing

@testable import RefluxIO

/// Pickles that want more than tensors, or tensors that cannot be.
@Suite struct HostilePickleTests {
  private func problem(_ pickle: PickleBytes) throws -> String {
    try RefluxIOTests.problem(inFileOf: ZipBytes(pickle).bytes)
  }

  @Test func aFileMadeByHandIsRead() throws {
    #expect(try problem(.dictionary { $0.tensor([2, 2], [2, 1]) }) == "")
    #expect(try problem(.dictionary { $0.tensor([0, 1 << 40], [1, 1]) }) == "")
  }

  // MARK: Code

  @Test(arguments: [
    ("os", "system"), ("builtins", "eval"), ("posix", "system"), ("torch.storage", "_load_from_bytes"),
    ("torch", "load"), ("collections", "OrderedDict.__init__"), ("torch._utils", "_rebuild_tensor_v2.__globals__"),
    ("numpy.core.multiarray", "_reconstruct"), ("__main__", "FloatStorage"),
  ])
  func namesThatAreNotAllowed(_ module: String, _ name: String) throws {
    let call = PickleBytes().global(module, name).adding("(").text("rm -rf /").adding("t").adding("R").adding(".")
    let text = try problem(call)
    #expect(text.hasSuffix(": '\(module).\(name)' is not allowed in a file of weights"))
    let stacked = PickleBytes().text(module).text(name).adding([0x93]).adding(".")
    #expect(try problem(stacked).hasSuffix(": '\(module).\(name)' is not allowed in a file of weights"))
  }

  @Test(arguments: [
    (UInt8(ascii: "i"), "INST (0x69)"), (UInt8(ascii: "o"), "OBJ (0x6f)"), (0x81, "NEWOBJ (0x81)"),
    (0x92, "NEWOBJ_EX (0x92)"), (0x82, "EXT1 (0x82)"), (UInt8(ascii: "2"), "DUP (0x32)"),
    (UInt8(ascii: "P"), "PERSID (0x50)"), (0x8B, "LONG4 (0x8b)"), (0xFF, "0xff"), (0, "0x00"),
  ])
  func instructionsThatAreNotAllowed(_ code: UInt8, _ name: String) throws {
    // The pickle begins at byte 46 of the file, and the instruction is its third byte.
    #expect(
      try problem(PickleBytes().adding([code]).adding("."))
        == "the pickle, byte 48: the instruction \(name) is not allowed in a file of weights")
  }

  @Test func whatIsCalledMustBeCallable() throws {
    #expect(try problem(PickleBytes().text("a").adding(")R.")).hasSuffix("a text cannot be called"))
    #expect(
      try problem(PickleBytes().global("torch", "FloatStorage").adding(")R.")).hasSuffix(
        "a storage cannot be made here"))
    #expect(
      try problem(PickleBytes().global("collections", "OrderedDict").adding("NR.")).hasSuffix(
        "arguments must be a tuple, not None"))
    #expect(try problem(PickleBytes().adding("]}b.")).hasSuffix("a list cannot be given attributes"))
    #expect(
      try problem(.dictionary { $0.tensor([1], [1]).adding("}b") }).hasSuffix("a tensor cannot be given attributes"))
    #expect(
      try problem(PickleBytes().global("torch._utils", "_rebuild_parameter").adding("N").adding([0x85]).adding("R."))
        .hasSuffix("a parameter must be of a tensor"))
  }

  // MARK: Tensors

  @Test(
    arguments: [
      ([5], [1], 0), ([2, 2], [3, 1], 1), ([4], [1], 1), ([1], [1], 4), ([1], [1], .max), ([2], [.max], 0),
      ([1 << 32, 1 << 32], [0, 0], 0), ([.max], [0], 0), ([2, 2], [.max, .max], 0), ([0, .max, .max], [1, 1, 1], 0),
      ([1], [1], -1),
    ] as [([Int], [Int], Int)])
  func tensorsOutsideTheirStorage(_ size: [Int], _ stride: [Int], _ offset: Int) throws {
    #expect(
      try problem(.dictionary { $0.tensor(offset: offset, size, stride) }).hasSuffix(
        ": a tensor of size \(size) lies outside its storage of 4 elements"))
  }

  @Test func sizesThatCannotBe() throws {
    #expect(
      try problem(.dictionary { $0.tensor([-1], [1]) }).hasSuffix(
        "a size must be of integers, none of them negative"))
    #expect(
      try problem(.dictionary { $0.tensor([1], [-1]) }).hasSuffix(
        "a stride must be of integers, none of them negative"))
    #expect(try problem(.dictionary { $0.tensor([1, 1], [1]) }).hasSuffix("a tensor of 2 sizes has 1 strides"))
    let axes = [Int](repeating: 1, count: 65)
    #expect(try problem(.dictionary { $0.tensor(axes, axes) }).hasSuffix("a size of 65 axes is too long"))
    #expect(
      try problem(.dictionary { $0.tensor(count: .max, [1], [1]) }).hasSuffix(
        "a storage of \(Int.max) elements cannot be"))
    #expect(try problem(.dictionary { $0.tensor(count: -1, [1], [1]) }).hasSuffix("a storage of -1 elements cannot be"))
    // A file of some hundred bytes must not become gigabytes.
    #expect(
      try problem(.dictionary { $0.tensor([1 << 40], [0]) })
        == "tensor 'a' has 1099511627776 elements, more than fit into its file")
  }

  @Test func storagesThatDoNotFit() throws {
    #expect(
      try problem(.dictionary { $0.tensor(count: 5, [1], [1]) })
        == "storage '0' has 16 bytes, and 20 are needed")
    #expect(
      try problem(.dictionary { $0.tensor(key: "../../etc/passwd", [1], [1]) })
        == "storage '../../etc/passwd' is missing")
    #expect(
      try problem(.dictionary { $0.tensor(type: "LongStorage", count: 2, [1], [1]).adding("0").tensor([4], [1]) })
        .hasSuffix("storage '0' is described in two ways"))
    #expect(
      try problem(.dictionary { $0.tensor(type: "ComplexFloatStorage", [1], [1]) }).hasSuffix(
        "'torch.ComplexFloatStorage' is not allowed in a file of weights"))
    #expect(
      try problem(PickleBytes().text("module").adding([0x85]).adding("Q.")).hasSuffix(
        "only storages can be kept outside the pickle"))
  }

  @Test func valuesThatAreNoWeights() throws {
    #expect(try problem(PickleBytes().adding("N.")) == "holds None, not a dictionary of tensors")
    #expect(
      try problem(PickleBytes().adding("}(").text("model").adding("}").text("epoch").adding("Nu."))
        == "holds no tensors by name: 'model' is a dictionary, 'epoch' is None")
    #expect(try problem(PickleBytes().adding("}.")) == "")
  }

  // MARK: Bombs

  @Test func depthCostsNothing() throws {
    let nested = PickleBytes().adding("N").adding([UInt8](repeating: 0x85, count: 1_000_000)).adding(".")
    #expect(try problem(nested) == "holds a tuple, not a dictionary of tensors")
    // A list that contains itself, and a dictionary that does.
    #expect(
      try problem(PickleBytes().adding("]q").adding([0]).adding("h").adding([0]).adding("a.")).hasPrefix("holds a list")
    )
    let cycle = PickleBytes().adding("}q").adding([0]).text("a").adding("h").adding([0]).adding("s.")
    #expect(try problem(cycle) == "holds no tensors by name: 'a' is a dictionary")
  }

  @Test func tooMuchOfAnything() throws {
    let many = PickleBytes().adding([UInt8](repeating: UInt8(ascii: "N"), count: PickleMachine.mostInstructions + 1))
    #expect(try problem(many).hasSuffix("more than 2000000 instructions are not allowed"))

    let text = String(repeating: "x", count: 1 << 20)
    let texts = (0..<17).reduce(PickleBytes()) { pickle, _ in pickle.text(text).adding("0") }
    #expect(try problem(texts).hasSuffix("more than 16777216 bytes of text are not allowed"))

    // A list of pairs that is copied again and again: a thousand times a thousand pairs, and so on.
    var copies = PickleBytes().global("collections", "OrderedDict").adding("q").adding([0]).adding("](")
    for _ in 0..<10_000 { copies = copies.adding("](NNe") }
    copies.bytes += Array("e".utf8) + [0x85] + Array("q".utf8) + [1]
    for _ in 0..<300 { copies.bytes += Array("h".utf8) + [0] + Array("h".utf8) + [1] + Array("R0".utf8) }
    #expect(try problem(copies).hasSuffix("its containers are copied too often"))

    let lines = PickleBytes().adding("c").adding([UInt8](repeating: UInt8(ascii: "m"), count: 1000))
    #expect(try problem(lines) == "the line at byte 49 does not end within 256 bytes")
  }

  @Test func theStackIsNeverLeft() throws {
    #expect(try problem(PickleBytes().adding(".")) == "the pickle, byte 48: a value is missing")
    #expect(try problem(PickleBytes().adding("N(0.")) == "the pickle, byte 50: a value is missing")
    #expect(try problem(PickleBytes().adding("t.")) == "the pickle, byte 48: a group of values has no beginning")
    #expect(
      try problem(PickleBytes().adding("h").adding([7]).adding("."))
        == "the pickle, byte 48: value 7 is used before it is there")
    #expect(try problem(PickleBytes().adding("}(Nu.")) == "the pickle, byte 51: a key has no value")
    #expect(try problem(PickleBytes().adding("N(Ne.")) == "the pickle, byte 51: None is no list to append to")
    #expect(try problem(PickleBytes().adding("]NNs.")) == "the pickle, byte 51: a list has no items to set")
    #expect(
      try problem(PickleBytes().adding([0x8A, 9]).adding([UInt8](repeating: 1, count: 9))).hasSuffix(
        "an integer of 9 bytes is too large"))
    #expect(try problem(PickleBytes(bytes: [0x80, 9])) == "the pickle, byte 46: protocol 9 cannot be read; 2 to 5 can")
    #expect(try problem(PickleBytes().adding("N")) == "is cut short: 1 bytes are to follow byte 49, and there are 0")
    #expect(
      try problem(PickleBytes().adding("X").adding([0xFF, 0xFF, 0xFF, 0])).hasSuffix(
        "is cut short: 16777215 bytes are to follow byte 53, and there are 0"))
    #expect(try problem(PickleBytes().adding("X").adding([1, 0, 0, 0, 0xFF])).hasSuffix("a text is not UTF-8"))
  }
}
