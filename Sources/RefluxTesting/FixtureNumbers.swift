import RefluxCore
import RefluxIO

extension JSON {
  /// All numbers of a nested list, in order.
  public var numbers: [Double] { array?.flatMap(\.numbers) ?? number.map { [$0] } ?? [] }
}

extension SafetensorsFile {
  /// A gradient of the fixtures, row after row; of a token embedding they keep only rows that are not zero.
  public func gradient(_ name: String, _ shape: Shape) throws -> [Float] {
    let stored = try tensor("grad.\(name)", on: ReferenceBackend.shared).floats
    guard contains("grad_rows.\(name)") else { return stored }
    let rows = try tensor("grad_rows.\(name)", on: ReferenceBackend.shared).ids
    var full = [Float](repeating: 0, count: shape[0] * shape[1])
    for (index, row) in rows.enumerated() {
      let start = Int(row) * shape[1]
      full.replaceSubrange(start..<start + shape[1], with: stored[index * shape[1]..<(index + 1) * shape[1]])
    }
    return full
  }
}
