extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// `value` with so many digits after the point.
func rounded(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  let scale = (0..<digits).reduce(1) { power, _ in power * 10 }
  let whole = Int((value * Double(scale)).rounded())
  guard digits > 0 else { return "\(whole)" }
  let fraction = "\(abs(whole) % scale)"
  let sign = whole < 0 ? "-" : ""
  return "\(sign)\(abs(whole) / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
