import RefluxCore

/// Reads one pickle as far as weights need it: plain values, and tensors that are described and not made.
///
/// Python's pickles are programs for a small stack machine that may import and call anything. Here nothing can be
/// called: a handful of names (``PickleGlobal``) have a meaning of their own, and every other name and instruction is an
/// error. Time and memory are bounded by the limits below, whatever the pickle says.
struct PickleMachine {
  /// Instructions of a pickle; a tensor takes about forty.
  static let mostInstructions = 2_000_000
  /// Bytes of text in a pickle.
  static let mostText = 1 << 24
  static let longestName = 256

  var storages: [PickledStorage] = []
  var slices: [PickledSlice] = []
  var tensors: [PickledTensor] = []
  var lists: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storageNumbers: [String: Int] = [:]
  let path: String
  private var stack: [PickleValue] = []
  /// Heights of the stack at which groups of values begin.
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  /// Bytes of text read so far.
  var textBytes = 0
  private var copies = 0
  private var place = 0

  init(path: String) { self.path = path }

  /// Carries out one pickle and returns its value; the cursor is left behind it.
  ///
  /// What earlier pickles defined stays, except for the stack and the memo.
  mutating func run(_ cursor: inout ByteCursor) throws -> PickleValue {
    (stack, marks, memo) = ([], [], [:])
    for _ in 0..<Self.mostInstructions {
      place = cursor.position
      let byte = try cursor.number(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw failure("the instruction \(PickleOpcode.described(byte)) is not allowed in a file of weights")
      }
      if opcode == .stop { return try pop() }
      try carryOut(opcode, &cursor)
    }
    throw failure("more than \(Self.mostInstructions) instructions are not allowed")
  }

  private mutating func carryOut(_ opcode: PickleOpcode, _ cursor: inout ByteCursor) throws {
    switch opcode {
    case .stop: break
    case .protocolVersion:
      let version = try cursor.number(UInt8.self)
      guard (2...5).contains(version) else { throw failure("protocol \(version) cannot be read; 2 to 5 can") }
    case .frame: _ = try cursor.skip(8)
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .none: stack.append(.none)
    case .newTrue, .newFalse: stack.append(.bool)
    case .integer: stack.append(.integer(Int(try cursor.number(Int32.self))))
    case .byte: stack.append(.integer(Int(try cursor.number(UInt8.self))))
    case .short: stack.append(.integer(Int(try cursor.number(UInt16.self))))
    case .long: stack.append(try long(&cursor))
    case .float:
      _ = try cursor.skip(8)
      stack.append(.number)
    case .shortText, .shortString: stack.append(try text(Int(cursor.number(UInt8.self)), &cursor))
    case .text, .string: stack.append(try text(Int(cursor.number(UInt32.self)), &cursor))
    case .emptyTuple: stack.append(makeTuple([]))
    case .tuple1: stack.append(try makeTuple(pop(1)))
    case .tuple2: stack.append(try makeTuple(pop(2)))
    case .tuple3: stack.append(try makeTuple(pop(3)))
    case .tuple: stack.append(try makeTuple(popToMark()))
    case .emptyList:
      lists.append([])
      stack.append(.list(lists.count - 1))
    case .append: try append(pop(1))
    case .appends: try append(popToMark())
    case .emptyDictionary: stack.append(makeDictionary([]))
    case .setItem: try setItems(pop(2))
    case .setItems: try setItems(popToMark())
    case .get: stack.append(try remembered(UInt32(cursor.number(UInt8.self))))
    case .longGet: stack.append(try remembered(cursor.number(UInt32.self)))
    case .put: try remember(UInt32(cursor.number(UInt8.self)))
    case .longPut: try remember(cursor.number(UInt32.self))
    case .memoize: try remember(UInt32(memo.count))
    case .global:
      let module = try name(cursor.line(most: Self.longestName))
      stack.append(try global(module, name(cursor.line(most: Self.longestName))))
    case .stackGlobal:
      let names = try pop(2)
      guard let module = names[0].text, let name = names[1].text else { throw failure("a name must be a text") }
      stack.append(try global(module, name))
    case .reduce:
      let arguments = try items(ofTuple: pop(), "arguments")
      stack.append(try call(pop(), arguments))
    case .build: try build(pop())
    case .persistentStorage: stack.append(try storage(items(ofTuple: pop(), "the description of a storage")))
    }
  }

  /// Counts values that one instruction copies, which would otherwise multiply.
  mutating func countCopies(_ count: Int) throws {
    copies += count
    guard copies <= Self.mostInstructions else { throw failure("its containers are copied too often") }
  }

  func failure(_ problem: String) -> FileError { FileError(path, "the pickle, byte \(place): \(problem)") }
}

// MARK: - The stack

extension PickleMachine {
  private var floor: Int { marks.last ?? 0 }

  private mutating func pop() throws -> PickleValue {
    guard stack.count > floor else { throw failure("a value is missing") }
    return stack.removeLast()
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - floor >= count else { throw failure("a value is missing") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw failure("a group of values has no beginning") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  /// What an instruction is about that leaves it where it is.
  func top() throws -> PickleValue {
    guard stack.count > floor, let value = stack.last else { throw failure("a value is missing") }
    return value
  }

  private mutating func remember(_ number: UInt32) throws { memo[number] = try top() }

  private func remembered(_ number: UInt32) throws -> PickleValue {
    guard let value = memo[number] else { throw failure("value \(number) is used before it is there") }
    return value
  }
}
