import RefluxCore
import RefluxIO

/// What there is to know about components, as text, Markdown and JSON.
struct Reference {
  let registry: Registry
  init(_ registry: Registry) { self.registry = registry }

  /// A component for reading in a terminal.
  func text(_ component: ComponentHelp) throws -> String {
    var parts = ["\(component.kind) \(component.name)   (plugin \(component.plugin))\n\(component.summary)"]
    if !component.options.isEmpty { parts.append("options\n" + text(of: component.options)) }
    if component.kind == "method" {
      let method = try expansion(of: component)
      parts.append("stands for\n" + method.strategy.yaml.indented)
      let places = registry.places(in: method.strategy)
      parts.append("further options, from the components it stands for\n" + text(of: places))
    }
    return parts.joined(separator: "\n\n")
  }

  func text(of options: [OptionHelp]) -> String {
    options.map { option in
      let head = "  \(option.name): \(option.description)"
      let nested = option.nested.isEmpty ? "" : "\n" + text(of: option.nested).indented
      return head + "\n      \(option.help)" + nested
    }.joined(separator: "\n")
  }

  private func text(of places: [MethodPlace]) -> String {
    places.map { place in
      let home = place.path.dropLast().joined(separator: ".")
      return "  \(place.option.name): \(place.option.description)\(home.isEmpty ? "" : "   [\(home)]")\n"
        + "      \(place.option.help)"
    }.joined(separator: "\n")
  }

  func expansion(of method: ComponentHelp) throws -> ExpandedMethod {
    try ExpandedMethod(RecipeNode(stringLiteral: method.name), OptionScope(registry))
  }

  func json(_ component: ComponentHelp) throws -> JSON {
    var fields = JSONObject([
      ("kind", .string(component.kind)), ("name", .string(component.name)), ("summary", .string(component.summary)),
      ("plugin", .string(component.plugin)), ("options", .array(component.options.map(JSON.init))),
    ])
    if component.kind == "method" {
      let strategy = try expansion(of: component).strategy
      fields["strategy"] = JSON(strategy)
      fields["further_options"] = .array(
        registry.places(in: strategy).map { place in
          var option = JSON(place.option).object ?? JSONObject()
          option["path"] = .string(place.path.joined(separator: "."))
          return .object(option)
        })
    }
    return .object(fields)
  }
}

extension OptionHelp {
  /// What it takes: `number from 0 to 1, default 0.1`.
  var description: String {
    var text = type
    if !bounds.isEmpty { text += " \(bounds)" }
    if let defaultText { text += ", default \(defaultText)" } else if !isOptional { text += ", required" }
    if !aliases.isEmpty { text += "; also \(aliases.joined(separator: ", "))" }
    return text
  }
}

extension JSON {
  init(_ option: OptionHelp) {
    var fields = JSONObject([
      ("name", .string(option.name)), ("type", .string(option.type)), ("help", .string(option.help)),
      ("required", .bool(!option.isOptional)),
    ])
    if let text = option.defaultText { fields["default"] = .string(text) }
    if !option.bounds.isEmpty { fields["bounds"] = .string(option.bounds) }
    if !option.aliases.isEmpty { fields["aliases"] = .array(option.aliases.map(JSON.string)) }
    if let kind = option.kind { fields["kind"] = .string(kind) }
    if !option.nested.isEmpty { fields["options"] = .array(option.nested.map(JSON.init)) }
    self = .object(fields)
  }
}

extension String {
  /// Every line two columns further right.
  var indented: String {
    split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }
}
