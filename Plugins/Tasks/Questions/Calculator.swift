import Foundation
import RefluxCore

/// Works out the marks of GSM8K's solutions while a model writes them: behind `<<48/2=` comes `24>>`.
///
/// As in the benchmark's own sampling (Cobbe et al., 2021), except that whole results of divisions are written as the
/// solutions write them, `24` and not `24.0`, and others to twelve digits.
struct Calculator: TextTool {
  let callEnd = "="

  func addition(to text: String) -> String? {
    guard let mark = text.ranges(of: "<<").last else { return nil }
    let call = text[mark.upperBound...]
    guard !call.contains(">>"), let end = call.firstIndex(of: "=") else { return nil }
    return Arithmetic.value(of: String(call[..<end]).replacing(",", with: "")).flatMap(Self.written).map { $0 + ">>" }
  }

  /// `nil` for numbers that solutions would not write in digits.
  static func written(_ value: Double) -> String? {
    if let whole = Int(exactly: value), abs(whole) < 1_000_000_000_000_000 { return "\(whole)" }
    let text = String(format: "%.12g", value)
    return text.contains { $0.isLetter } ? nil : text
  }
}
