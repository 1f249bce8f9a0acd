import RefluxCore

/// Notes the rate of every dropout site, and drops nothing.
struct SiteRates: DropoutSites {
  var rates: [Float] = []
  mutating func dropout(_ rate: Float) -> Dropout? {
    rates.append(rate)
    return nil
  }
}
