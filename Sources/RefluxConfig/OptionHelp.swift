/// What there is to know about one option, for help texts and for the grammar's short forms.
public struct OptionHelp: Sendable {
  /// As recipes write it: `learning_rate`.
  public var name: String
  /// What it takes: `number`, `true or false`, `mean | sum`, `optimizer`.
  public var type: String
  /// One or two sentences for a reader who knows the field.
  public var help: String
  /// `from 0 to 1`, or empty.
  public var bounds: String
  /// `nil`: it must be given.
  public var defaultText: String?
  /// Whether it may be left out without having a default.
  public var isOptional: Bool
  /// Other names that are understood, with a note.
  public var aliases: [String]
  /// Whether the options of the component it names may be written beside it.
  public var isInline: Bool
  /// The kind of component it names, if it does.
  public var kind: String?
  /// The options inside it, if it is a group of options.
  public var nested: [OptionHelp]

  public init(
    name: String, type: String, help: String, bounds: String = "", defaultText: String? = nil, isOptional: Bool = true,
    aliases: [String] = [], isInline: Bool = false, kind: String? = nil, nested: [OptionHelp] = []
  ) {
    (self.name, self.type, self.help, self.bounds) = (name, type, help, bounds)
    (self.defaultText, self.isOptional, self.aliases) = (defaultText, isOptional, aliases)
    (self.isInline, self.kind, self.nested) = (isInline, kind, nested)
  }

  /// Every name that recipes may use.
  public var keys: [String] { [name] + aliases }
}

/// What the reader of options asks about components.
public protocol ComponentLookup: Sendable {
  /// The options of a component; `nil` if there is no such component.
  func options(ofKind kind: String, named name: String) -> [OptionHelp]?
}

/// What reading a value may need beyond the text: the components to look names up in, and a place for notes.
public struct OptionScope: Sendable {
  public let components: any ComponentLookup
  public let notes: RecipeNotes
  /// The keys that lead to what is being read.
  public private(set) var path: [String] = []
  public init(_ components: any ComponentLookup, notes: RecipeNotes = RecipeNotes()) {
    (self.components, self.notes) = (components, notes)
  }

  /// The scope of what stands under a key.
  public func inside(_ key: String) -> OptionScope {
    var copy = self
    copy.path.append(key)
    return copy
  }
}
