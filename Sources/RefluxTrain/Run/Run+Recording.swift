import RefluxCore
import RefluxIO

// What strategies write down besides scores.
extension Run {
  public func record(_ name: String, _ values: [(name: String, value: RecordedValue)]) throws {
    try result(of: name) { _ in
      try metrics.write(JSONObject([("stage", .string(name))] + values.map { ($0.name, $0.value.json) }))
      return (.null, [])
    } read: { _, _, _ in
      ()
    }
    results.record(values, of: name)
    try notify(.recorded(stage: name, values: values.compactMap { name, value in value.number.map { (name, $0) } }))
  }

  public func record(_ name: String, rows: [[(name: String, value: RecordedValue)]]) throws {
    try result(of: name) { _ in
      let path = "\(directory.tables)/\(Journal.fileName(name)).jsonl"
      try Directory.create(directory.tables)
      try AtomicFile.write(to: path) { file in
        for row in rows {
          try file.append((JSON.object(JSONObject(row.map { ($0.name, $0.value.json) })).text + "\n").utf8)
        }
      }
      return (.null, [])
    } read: { _, _, _ in
      ()
    }
  }

  public func note(_ text: String) throws { try notify(.note(text)) }
}
