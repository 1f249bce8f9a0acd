import Foundation

/// A number with so many digits after the point; what rounds to zero has no sign.
func decimals(_ value: Double, _ digits: Int) -> String {
  let text = String(format: "%.\(digits)f", value)
  return value.isFinite && text.allSatisfy("-.0".contains) ? String(text.trimmingPrefix("-")) : text
}

/// A whole number as it is, any other with four digits.
func short(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? decimals(value, 0) : decimals(value, 4)
}

/// A whole number with its thousands apart: `12 345`.
func grouped(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "?" }
  let digits = Array(String(Int(value.rounded())))
  return String(digits.enumerated().flatMap { ($0 > 0 && (digits.count - $0) % 3 == 0 ? [" "] : []) + [$1] })
}

/// Seconds as `0:42`, `12:05` or `3:07:00`.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
