import Foundation
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO

@Suite struct SafetensorsTests {
  private let backend = ReferenceBackend.shared

  @Test func readsWhatTheReferenceImplementationWrote() throws {
    let file = try SafetensorsFile(fixture("bert/model/model.safetensors"))
    #expect(file.metadata == ["format": "pt"])
    #expect(file.names.count == 41)
    let weight = try file.tensor("classifier.weight", on: backend)
    #expect(weight.shape == [2, 32] && weight.dtype == .float32)
    let bias = try file.tensor("bert.pooler.dense.bias", on: backend)
    let bytes = try file.bytes(of: "bert.pooler.dense.bias").bindMemory(to: Float.self)
    #expect(bias.floats == Array(bytes) && bias.floats.contains { $0 != 0 })
  }

  @Test func float32IsUsedInPlace() throws {
    let file = try SafetensorsFile(fixture("bert/model/model.safetensors"))
    let (name, bytes) = try ("bert.pooler.dense.bias", file.bytes(of: "bert.pooler.dense.bias"))
    let tensor = try file.tensor(name, as: .float32, on: backend)
    #expect(UnsafeRawPointer(tensor.storage.buffer.address) == bytes.baseAddress)
    #expect(tensor.storage.buffer.isForeign)
  }

  /// The same encoder, rounded to 16 bits by PyTorch, must be ours rounded to the nearest.
  @Test(arguments: [
    ("variants/base_no_prefix", "", DType.float16, Float(0x1p-11)),
    ("variants/pretraining_gamma_beta", "bert.", .bfloat16, 0x1p-8),
  ])
  func halfPrecisionIsConverted(_ folder: String, _ prefix: String, _ type: DType, _ tolerance: Float) throws {
    let full = try SafetensorsFile(fixture("bert/model/model.safetensors"))
    let half = try SafetensorsFile(fixture("bert/\(folder)/model.safetensors"))
    let name = "encoder.layer.1.intermediate.dense.weight"
    let kept = try half.tensor(prefix + name, on: backend)
    #expect(kept.dtype == type)
    let converted = try half.tensor(prefix + name, as: .float32, on: backend).floats
    let exact = try full.tensor("bert." + name, on: backend).floats
    #expect(converted.count == exact.count && converted != exact)
    #expect(zip(converted, exact).allSatisfy { abs($0 - $1) <= abs($1) * tolerance + 0x1p-25 })
  }

  @Test func integersAndDoubles() throws {
    let file = try SafetensorsFile(fixture("bert/expected.safetensors"))
    let rows = try file.tensor("grad_rows.bert.embeddings.word_embeddings.weight", on: backend)
    #expect(rows.dtype == .int32 && rows.shape == [90])
    #expect(rows.ids == rows.ids.sorted() && rows.ids.allSatisfy { (1..<340).contains($0) })
    let hidden = try file.tensor("hidden.2", on: backend)
    #expect(hidden.dtype == .float64)
    let doubles = try file.bytes(of: "hidden.2").bindMemory(to: Double.self)
    #expect(try file.tensor("hidden.2", as: .float32, on: backend).floats == doubles.map { Float($0) })
  }

  @Test func everyTypeSurvivesWritingAndIsAligned() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let numbers: [Float] = [0.1, -2, 3.5e-8, 65504, 1, 0]
      let base = Tensor(numbers, [2, 3])
      let tensors: [(name: String, tensor: Tensor)] = [
        ("half", base.converted(to: .bfloat16)), ("odd", Tensor(numbers).sliced(1..<4)), ("turned", base.transposed()),
        ("ids", Tensor(ids: [1, -2, 3])), ("scalar", Tensor(4)), ("wide", base.converted(to: .float64)),
        ("empty", Tensor([], [0, 3])),
      ]
      try SafetensorsFile.write(tensors, metadata: ["format": "pt", "a": "b"], to: path)
      let file = try SafetensorsFile(path)
      #expect(file.metadata == ["format": "pt", "a": "b"])
      #expect(file.names == ["empty", "half", "ids", "odd", "scalar", "turned", "wide"])
      for (name, tensor) in tensors {
        let read = try file.tensor(name, on: backend)
        #expect(read.shape == tensor.shape && read.dtype == tensor.dtype, "\(name)")
        if tensor.dtype == .int32 {
          #expect(read.ids == tensor.ids)
        } else {
          #expect(read.converted(to: .float32).floats == tensor.converted(to: .float32).floats, "\(name)")
        }
        #expect(tensor.count == 0 || read.storage.buffer.isForeign, "\(name) is used in place")
      }
    }
  }

  @Test func dataThatIsNotAlignedIsCopied() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
      #expect(header.utf8.count % 4 != 0)
      try AtomicFile.write(to: path) { file in
        try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.append($0) }
        try file.append(header.utf8)
        try [Float(1.5), -2].withUnsafeBytes { try file.append($0) }
      }
      let tensor = try SafetensorsFile(path).tensor("a", on: backend)
      #expect(!tensor.storage.buffer.isForeign && tensor.floats == [1.5, -2])
    }
  }

  @Test func whatCannotBeReadIsNamed() throws {
    let path = fixture("bert/model/model.safetensors")
    let file = try SafetensorsFile(path)
    #expect(message { try file.tensor("none", on: backend) } == "\(path): has no tensor 'none'")
    try withTemporaryDirectory { directory in
      let path = directory + "/odd.safetensors"
      let header =
        #"{"big":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"byte":{"dtype":"U8","shape":[1],"#
        + #""data_offsets":[8,9]}}"#
      try AtomicFile.write(to: path) { file in
        try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.append($0) }
        try file.append(header.utf8)
        try withUnsafeBytes(of: Int64(1) << 40) { try file.append($0) }
        try file.append([1])
      }
      let file = try SafetensorsFile(path)
      #expect(
        message { try file.tensor("big", on: backend) }
          == "\(path): tensor 'big' holds 1099511627776, which does not fit into 32 bits")
      #expect(message { try file.tensor("byte", on: backend) } == "\(path): tensor 'byte' is U8, which cannot be read")
    }
  }
}
