import RefluxCore

/// A value on the stack of a ``PickleMachine``.
///
/// Containers are numbers of the machine's lists, so that what contains itself, or nests a million deep, is a list of
/// numbers like any other: nothing recurses, and everything goes with the machine.
enum PickleValue {
  case none
  case bool
  case integer(Int)
  /// A number that no tensor needs.
  case number
  case text(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  /// Of the machine's `slices`.
  case storage(Int)
  /// Of the machine's `tensors`.
  case tensor(Int)

  /// What messages call it.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "True or False"
    case .integer: "an integer"
    case .number: "a number"
    case .text: "a text"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global: "a class or function"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }
}

/// Elements that tensors share, under the key that the file gives them.
struct PickledStorage: Equatable {
  var key: String
  var type: StorageType
  /// Elements.
  var count: Int
}

/// A part of a storage; all of it, unless the file is an old one with views.
struct PickledSlice {
  /// Of the machine's `storages`.
  var storage: Int
  /// Elements of the storage.
  var elements: Range<Int>
}

/// A tensor that a pickle describes; its layout lies inside the slice and counts from its beginning.
struct PickledTensor {
  var slice: PickledSlice
  var layout: Layout
}
