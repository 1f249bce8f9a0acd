/// What there is to know about a component.
public struct ComponentHelp: Sendable {
  public let kind: String
  public let name: String
  /// One sentence.
  public let summary: String
  /// The plugin that brought it.
  public let plugin: String
  public let options: [OptionHelp]
  /// The predictions that it is of use for, if it says so.
  let suits: Set<PredictionForm>?
}

// What `reflux list` and `reflux describe` show.
extension Registry {
  /// Every kind of component, sorted.
  public var kinds: [String] { shelves.keys.sorted() }

  /// The components of a kind, sorted by name; none if there is no such kind.
  public func components(ofKind kind: String) -> [ComponentHelp] {
    (shelves[kind] ?? [:]).values.map(\.help).sorted { $0.name < $1.name }
  }

  /// The models that an objective needs besides the student.
  public func roles(ofObjective name: String) -> [String] { roles[name] ?? [] }

  /// The samplers that an objective can learn with; `nil`: with any.
  public func samplers(forObjective name: String) -> [String]? {
    needingRepeats.contains(name) ? repeating.sorted() : nil
  }

  /// Whether a kind of self-training data needs a task that knows the right answers.
  public func checksAnswers(roundData name: String) -> Bool { checkingAnswers.contains(name) }

  public func options(ofKind kind: String, named name: String) -> [OptionHelp]? { shelves[kind]?[name]?.help.options }

  /// The predictions that a component is of use for, if it says so.
  func suits(ofKind kind: String, named name: String) -> Set<PredictionForm>? { shelves[kind]?[name]?.help.suits }
}
