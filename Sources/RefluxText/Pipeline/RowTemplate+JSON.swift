import RefluxIO

extension RowTemplate {
  /// The `TemplateProcessing` that does the same; `text` names its special tokens.
  func description(_ text: (Int32) -> String) -> JSON {
    var special = JSONObject()
    func part(_ part: Part) -> JSON {
      func entry(_ kind: String, _ name: String, _ segment: Int32) -> JSON {
        let what: JSON = ["id": .string(name), "type_id": .integer(Int(segment))]
        return .object(JSONObject([(kind, what)]))
      }
      switch part {
      case .first(let segment): return entry("Sequence", "A", segment)
      case .second(let segment): return entry("Sequence", "B", segment)
      case .token(let id, let segment):
        let name = text(id)
        special[name] = [
          "id": .string(name), "ids": .array([.integer(Int(id))]), "tokens": .array([.string(name)]),
        ]
        return entry("SpecialToken", name, segment)
      }
    }
    let (single, pair) = (single.map(part), pair.map(part))
    return [
      "type": "TemplateProcessing", "single": .array(single), "pair": .array(pair), "special_tokens": .object(special),
    ]
  }
}
