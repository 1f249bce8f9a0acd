import RefluxCore
import RefluxIO

extension JSON {
  /// A recipe's value: unquoted numbers and truth values become JSON's.
  init(_ node: RecipeNode) {
    switch node.content {
    case .map(let entries): self = .object(JSONObject(entries.map { ($0.key, JSON($0.value)) }))
    case .list(let items): self = .array(items.map(JSON.init))
    case .scalar(let text) where node.isQuoted: self = .string(text)
    case .scalar(let text):
      self =
        node.isNull
        ? .null
        : Int(text).map(JSON.integer) ?? Double(text).map(JSON.number) ?? Bool(text).map(JSON.bool) ?? .string(text)
    }
  }

  /// A problem with its place, counted from 1.
  init(_ problem: Problem) {
    var fields = JSONObject([("message", .string(problem.message))])
    if !problem.path.isEmpty { fields["path"] = .string(problem.path.joined(separator: ".")) }
    if let mark = problem.mark {
      fields["file"] = .string(mark.source.name)
      fields["line"] = .integer(mark.line + 1)
      fields["column"] = .integer(mark.column + 1)
    }
    if let hint = problem.hint { fields["hint"] = .string(hint) }
    self = .object(fields)
  }
}
