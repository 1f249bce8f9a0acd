import RefluxTensor
import Testing

extension BackendConformance {
  /// Copies between all element types and arrangements.
  func checkCopies() {
    for shape in [[], [0], [1], [2, 3, 9], [5, 65]] as [Shape] {
      for arrangement in Arrangement.allCases {
        for out in Arrangement.writable {
          compare("copy", [Operand(shape, arrangement)], [Operand(shape, out, in: 0...1, "out")], tolerance: 0) {
            $0.copy($1[0], into: $2[0])
          }
        }
      }
    }
    for shape in [[], [0], [5, 33]] as [Shape] {
      for arrangement in Arrangement.writable {
        compare("fill", [], [Operand(shape, arrangement)], tolerance: 0) { $0.fill($2[0], with: 1.5) }
      }
    }
    checkConversions()
  }

  private func checkConversions() {
    var random = RandomSource(seed: 3, "bits")
    // Random bits hit normal, subnormal and huge numbers alike; the first ones are ties and edges.
    let edges: [Float] = [
      0, -0.0, 1.00390625, 1.01171875, 1.0004883, 1.0014648, 65504, 65519.99, 65520, 6e-8, 2.9e-8, 3e-8, 6.1e-5,
      .infinity, -.infinity, 3.4e38, .leastNormalMagnitude / 4, 2_147_483_008,
    ]
    let drawn = (0..<500).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)) }
    let values = edges + drawn.filter { !$0.isNaN }
    let whole = values.map { abs($0) < 2e9 ? $0.rounded(.towardZero) : 7 }
    for source in DType.allCases where source != .float64 {
      for target in DType.allCases where target != .float64 {
        let numbers = source == .int32 || target == .int32 ? whole : values
        func convert(_ backend: any Backend) -> [Float] {
          var x = Tensor(numbers, on: backend).converted(to: source)
          // Huge numbers become infinite in the 16-bit types, and no integer is infinite.
          if target == .int32 { x = Tensor(x.floats.map { abs($0) < 2e9 ? $0 : 7 }, on: backend).converted(to: source) }
          return x.converted(to: target).floats
        }
        let (found, expected) = (convert(backend), convert(reference))
        #expect(found == expected, "converting \(source) to \(target)")
      }
    }
    for type in [DType.bfloat16, .float16] {
      #expect(Tensor([.nan], on: backend).converted(to: type).floats[0].isNaN, "not a number as \(type)")
    }
  }
}
