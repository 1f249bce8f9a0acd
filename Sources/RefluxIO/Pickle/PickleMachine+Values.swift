import RefluxCore

// What the instructions make of values, beside the stack.

extension PickleMachine {
  mutating func text(_ length: Int, _ cursor: inout ByteCursor) throws -> PickleValue {
    textBytes += length
    guard textBytes <= Self.mostText else { throw failure("more than \(Self.mostText) bytes of text are not allowed") }
    return .text(try name(cursor.take(length)))
  }

  func name(_ bytes: UnsafeRawBufferPointer) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("a text is not UTF-8") }
    return text
  }

  /// An integer of so many bytes as the first one says, in two's complement.
  func long(_ cursor: inout ByteCursor) throws -> PickleValue {
    let bytes = try cursor.take(Int(cursor.number(UInt8.self)))
    guard bytes.count <= 8 else { throw failure("an integer of \(bytes.count) bytes is too large") }
    var value: UInt64 = (bytes.last ?? 0) >= 0x80 ? .max : 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return .integer(Int(Int64(bitPattern: value)))
  }

  mutating func makeTuple(_ items: [PickleValue]) -> PickleValue {
    lists.append(items)
    return .tuple(lists.count - 1)
  }

  mutating func makeDictionary(_ entries: [(key: PickleValue, value: PickleValue)]) -> PickleValue {
    dictionaries.append(entries)
    return .dictionary(dictionaries.count - 1)
  }

  mutating func append(_ items: [PickleValue]) throws {
    guard case .list(let number) = try top() else { throw failure("\(try top().kind) is no list to append to") }
    lists[number] += items
  }

  mutating func setItems(_ items: [PickleValue]) throws {
    guard case .dictionary(let number) = try top() else { throw failure("\(try top().kind) has no items to set") }
    guard items.count.isMultiple(of: 2) else { throw failure("a key has no value") }
    for index in stride(from: 0, to: items.count, by: 2) {
      dictionaries[number].append((items[index], items[index + 1]))
    }
  }

  func items(ofTuple value: PickleValue, _ role: String) throws -> [PickleValue] {
    guard case .tuple(let number) = value else { throw failure("\(role) must be a tuple, not \(value.kind)") }
    return lists[number]
  }

  func global(_ module: String, _ name: String) throws -> PickleValue {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw failure("'\(shown(module)).\(shown(name))' is not allowed in a file of weights")
    }
    return .global(global)
  }

  /// Further attributes, such as the versions of modules, say nothing about tensors.
  mutating func build(_ state: PickleValue) throws {
    guard case .dictionary = try top(), case .dictionary = state else {
      throw failure("\(try top().kind) cannot be given attributes")
    }
  }
}
