import RefluxCore

// What the allowed names do.
extension PickleMachine {
  private static let mostAxes = 64

  mutating func call(_ function: PickleValue, _ arguments: [PickleValue]) throws -> PickleValue {
    guard case .global(let global) = function else { throw failure("\(function.kind) cannot be called") }
    switch global {
    case .orderedDictionary: return try orderedDictionary(arguments)
    case .rebuildTensor: return try tensor(arguments)
    case .rebuildParameter:
      guard let first = arguments.first, case .tensor = first else { throw failure("a parameter must be of a tensor") }
      return first
    case .storage: throw failure("a storage cannot be made here")
    }
  }

  /// Empty, or of a list of pairs, as Python 2 writes it.
  private mutating func orderedDictionary(_ arguments: [PickleValue]) throws -> PickleValue {
    guard let first = arguments.first else { return makeDictionary([]) }
    guard arguments.count == 1, case .list(let number) = first else {
      throw failure("an OrderedDict is made of a list of pairs, not of \(first.kind)")
    }
    try countCopies(lists[number].count)
    return makeDictionary(
      try lists[number].map { pair in
        guard case .list(let number) = pair, lists[number].count == 2 else {
          throw failure("an OrderedDict is made of a list of pairs")
        }
        return (lists[number][0], lists[number][1])
      })
  }

  /// `('storage', type, key, location, number of elements, view)`; old files have the last.
  mutating func storage(_ description: [PickleValue]) throws -> PickleValue {
    guard (5...6).contains(description.count), description[0].text == "storage" else {
      throw failure("only storages can be kept outside the pickle")
    }
    guard case .global(.storage(let type)) = description[1], let key = description[2].text,
      let count = description[4].integer
    else { throw failure("the description of a storage does not hold together") }
    guard count >= 0, count <= Int.max / type.size else { throw failure("a storage of \(count) elements cannot be") }
    let described = PickledStorage(key: key, type: type, count: count)
    let number = storageNumbers[key] ?? storages.count
    if number == storages.count {
      storages.append(described)
      storageNumbers[key] = number
    }
    guard storages[number] == described else { throw failure("storage '\(shown(key))' is described in two ways") }
    slices.append(PickledSlice(storage: number, elements: try view(description.dropFirst(5).first, of: count)))
    return .storage(slices.count - 1)
  }

  /// `(key, offset, number of elements)`, or nothing for the whole storage.
  private func view(_ value: PickleValue?, of count: Int) throws -> Range<Int> {
    guard let value else { return 0..<count }
    if case .none = value { return 0..<count }
    let view = try items(ofTuple: value, "the view of a storage")
    guard view.count == 3, let offset = view[1].integer, let length = view[2].integer, offset >= 0, length >= 0,
      offset <= count, length <= count - offset
    else { throw failure("the view of a storage lies outside of it") }
    return offset..<offset + length
  }

  /// `(storage, offset, size, stride, …)`: whether it tracks gradients and its hooks are of no use here.
  private mutating func tensor(_ arguments: [PickleValue]) throws -> PickleValue {
    guard arguments.count >= 4, case .storage(let number) = arguments[0], let offset = arguments[1].integer else {
      throw failure("a tensor wants a storage, an offset, a size and strides")
    }
    let (shape, strides) = (try sizes(arguments[2], "size"), try sizes(arguments[3], "stride"))
    guard shape.count == strides.count else {
      throw failure("a tensor of \(shape.count) sizes has \(strides.count) strides")
    }
    let slice = slices[number]
    try check(Layout(shape: shape, strides: strides, offset: offset), elements: slice.elements.count)
    tensors.append(PickledTensor(slice: slice, layout: Layout(shape: shape, strides: strides, offset: offset)))
    return .tensor(tensors.count - 1)
  }

  private func sizes(_ value: PickleValue, _ role: String) throws -> [Int] {
    let sizes = try items(ofTuple: value, role)
    guard sizes.count <= Self.mostAxes else { throw failure("a \(role) of \(sizes.count) axes is too long") }
    let numbers = sizes.compactMap(\.integer)
    guard numbers.count == sizes.count, numbers.allSatisfy({ $0 >= 0 }) else {
      throw failure("a \(role) must be of integers, none of them negative")
    }
    return numbers
  }

  /// Whether every element of a layout is one of the first so many, and all of them can be counted.
  private func check(_ layout: Layout, elements: Int) throws {
    let outside = failure("a tensor of size \(layout.shape) lies outside its storage of \(elements) elements")
    var (count, last) = (1, layout.offset)
    for (size, stride) in zip(layout.shape, layout.strides) {
      // Sizes of 0 count as 1, so that the layout's own arithmetic cannot overflow either.
      let (product, tooMany) = count.multipliedReportingOverflow(by: max(size, 1))
      let (reach, tooFar) = stride.multipliedReportingOverflow(by: max(size, 1) - 1)
      let (next, beyond) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !beyond, product <= Int.max / 8 else { throw outside }
      (count, last) = (product, next)
    }
    guard layout.offset >= 0 else { throw outside }
    guard layout.shape.contains(0) || last < elements else { throw outside }
  }
}
