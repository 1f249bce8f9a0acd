import RefluxNN
import RefluxTensor
import RefluxTesting
import Testing

@Suite struct PackedConvolutionTests {
  /// The sum written out, row by row.
  @Test(arguments: [(3, 1), (5, 2), (1, 4)]) func isAConvolutionOfEachRow(_ shape: (taps: Int, groups: Int)) throws {
    let (width, rows) = (4, RowOffsets(lengths: [1, 6, 2, 0, 3]))
    let scope = ParameterScope(FreshParameters(seed: 3, on: ReferenceBackend.shared))
    var convolution = try PackedConvolution(
      scope, width: width, taps: shape.taps, groups: shape.groups, deviation: 1)
    convolution.bias = Tensor([0.5, -1, 2, 0])
    var random = RandomSource(seed: 4)
    let x = randomFloats([rows.tokenCount, width], &random)
    let (inputs, weights, bias) = (x.floats, convolution.weight.floats, convolution.bias.floats)
    let part = width / shape.groups

    var wanted: [Float] = []
    for row in 0..<rows.rowCount {
      for token in rows[row] {
        for output in 0..<width {
          var sum = bias[output]
          for tap in 0..<shape.taps where rows[row].contains(token + tap - shape.taps / 2) {
            for input in 0..<part {
              let place = (token + tap - shape.taps / 2) * width + output / part * part + input
              sum += weights[(output * part + input) * shape.taps + tap] * inputs[place]
            }
          }
          wanted.append(sum)
        }
      }
    }
    let found = convolution(x, rows).floats
    #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func gradients() {
    checkGradient([[5, 2], [2, 2, 3], [2]]) { values in
      struct Given: ParameterSource {
        let values: [Tensor]
        func parameter(_ name: String, _: Shape, _: Initialization) -> Tensor { values[name == "weight" ? 1 : 2] }
      }
      let scope = ParameterScope(Given(values: values))
      let convolution = try? PackedConvolution(scope, width: 2, taps: 3, groups: 1, deviation: 1)
      return convolution?(values[0], RowOffsets(lengths: [3, 2])) ?? values[0]
    }
  }
}
