import CRefluxKernels
import RefluxTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension CPUBackend {
  public func copy(_ x: View, into out: View) {
    timing.measure(.kernel) {
      if x.dtype == out.dtype {
        switch x.dtype.size {
        case 2: move(x, out, UInt16.self)
        case 4: move(x, out, UInt32.self)
        default: move(x, out, UInt64.self)
        }
      } else if x.layout.isDense && out.layout.isDense {
        convert(x, out)
      } else {
        let (from, to) = (scratch(x.layout.shape, x.dtype), scratch(x.layout.shape, out.dtype))
        copy(x, into: from)
        convert(from, to)
        copy(to, into: out)
      }
    }
  }

  private func move<Element>(_ x: View, _ out: View, _: Element.Type) {
    let runs = Runs([x.layout, out.layout])
    let (source, target) = (runs.steps[0], runs.steps[1])
    let (from, to) = (
      x.buffer.address.assumingMemoryBound(to: Element.self), out.buffer.address.assumingMemoryBound(to: Element.self)
    )
    workers.forEachPiece(of: runs) { run, first, count in
      let input = from + runs.start(run, 0) + first * source
      let output = to + runs.start(run, 1) + first * target
      if source == 1 && target == 1 {
        memcpy(output, input, count * MemoryLayout<Element>.stride)
      } else {
        for index in 0..<count { output[index * target] = input[index * source] }
      }
    }
  }

  /// Converts one dense view into another.
  private func convert(_ x: View, _ out: View) {
    workers.split(x.layout.count, grain: 1 << 15) { range in
      let (start, count) = (range.lowerBound, range.count)
      switch (x.dtype, out.dtype) {
      case (.bfloat16, .float32):
        kernels.bfloat16_to_float(x.pointer(UInt16.self) + start, out.floats + start, count)
      case (.float32, .bfloat16):
        kernels.float_to_bfloat16(x.floats + start, out.pointer(UInt16.self) + start, count)
      case (.float16, .float32):
        kernels.float16_to_float(x.pointer(UInt16.self) + start, out.floats + start, count)
      case (.float32, .float16):
        kernels.float_to_float16(x.floats + start, out.pointer(UInt16.self) + start, count)
      case (.float32, .float64): convert(x.floats + start, out.pointer(Double.self) + start, count) { Double($0) }
      case (.float64, .float32): convert(x.pointer(Double.self) + start, out.floats + start, count) { Float($0) }
      case (.int32, .float32): convert(x.pointer(Int32.self) + start, out.floats + start, count) { Float($0) }
      case (.int32, .float64):
        convert(x.pointer(Int32.self) + start, out.pointer(Double.self) + start, count) { Double($0) }
      case (.float32, .int32): convert(x.floats + start, out.pointer(Int32.self) + start, count) { Int32($0) }
      case (.float64, .int32):
        convert(x.pointer(Double.self) + start, out.pointer(Int32.self) + start, count) { Int32($0) }
      default: convertThroughFloats(x, out, range)
      }
    }
  }

  private func convert<From, To>(
    _ from: UnsafeMutablePointer<From>, _ to: UnsafeMutablePointer<To>, _ count: Int, _ body: (From) -> To
  ) {
    for index in 0..<count { to[index] = body(from[index]) }
  }

  /// Between two types of which neither is float32.
  private func convertThroughFloats(_ x: View, _ out: View, _ range: Range<Int>) {
    func part(_ view: View) -> View {
      View(
        view.buffer, Layout(shape: [range.count], strides: [1], offset: view.layout.offset + range.lowerBound),
        view.dtype)
    }
    let floats = scratch([range.count])
    ReferenceBackend.shared.copy(part(x), into: floats)
    ReferenceBackend.shared.copy(floats, into: part(out))
  }
}
