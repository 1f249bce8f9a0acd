import RefluxIO

/// The same value with every object's keys in order.
func sorted(_ json: JSON?) -> JSON? {
  switch json {
  case .object(let object)?:
    .object(JSONObject(object.entries.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value) ?? nil) }))
  case .array(let values)?: .array(values.map { sorted($0) ?? nil })
  default: json
  }
}
