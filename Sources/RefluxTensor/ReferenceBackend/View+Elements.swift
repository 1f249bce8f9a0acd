extension Layout {
  /// Where each element is, in row-major order.
  var offsets: [Int] {
    var result = [offset]
    for (length, stride) in zip(shape, strides) {
      var next: [Int] = []
      next.reserveCapacity(result.count * length)
      for base in result { for step in 0..<length { next.append(base + step * stride) } }
      result = next
    }
    return result
  }
}

extension View {
  /// The elements in row-major order, exactly.
  func load() -> [Double] {
    switch dtype {
    case .float32: read(Float.self) { Double($0) }
    case .float64: read(Double.self) { $0 }
    case .int32: read(Int32.self) { Double($0) }
    case .bfloat16: read(UInt16.self) { Double(Float(bfloat16: $0)) }
    case .float16: read(Float16.self) { Double($0) }
    }
  }

  /// Writes elements in row-major order, each rounded to the nearest (to even where two are as near).
  func store(_ values: [Double]) {
    switch dtype {
    case .float32: write(values) { Float($0) }
    case .float64: write(values) { $0 }
    case .int32: write(values) { Int32($0) }
    case .bfloat16: write(values) { Float($0).bfloat16 }
    case .float16: write(values) { Float16($0) }
    }
  }

  private func read<Element>(_: Element.Type, _ convert: (Element) -> Double) -> [Double] {
    let elements = buffer.address.assumingMemoryBound(to: Element.self)
    guard layout.isDense else { return layout.offsets.map { convert(elements[$0]) } }
    let first = elements + layout.offset
    return [Double](unsafeUninitializedCapacity: layout.count) { values, filled in
      filled = layout.count
      var index = 0
      while index < filled {
        values[index] = convert(first[index])
        index += 1
      }
    }
  }

  private func write<Element>(_ values: [Double], _ convert: (Double) -> Element) {
    let elements = buffer.address.assumingMemoryBound(to: Element.self)
    if layout.isDense {
      let first = elements + layout.offset
      values.withUnsafeBufferPointer { values in
        var index = 0
        while index < values.count {
          first[index] = convert(values[index])
          index += 1
        }
      }
    } else {
      for (value, place) in zip(values, layout.offsets) { elements[place] = convert(value) }
    }
  }
}

extension Float {
  /// The number whose upper half of bits is `bits`.
  init(bfloat16 bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }

  /// The upper half of the bits, rounded to nearest even; not-a-numbers stay so.
  var bfloat16: UInt16 {
    let bits = bitPattern
    if isNaN { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}
