import Foundation
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxIO

/// Files that `torch.save` wrote, in each of its forms.
@Suite struct PickleFileTests {
  private let backend = ReferenceBackend.shared

  /// Views, shared storages, every element type; safetensors has the same tensors, made contiguous.
  @Test(arguments: ["zip", "protocol4", "legacy", "big_endian"])
  func everyFormHoldsTheSameTensors(_ form: String) throws {
    let file = try PickleFile(fixture("pickle/\(form).bin"))
    let expected = try SafetensorsFile(fixture("pickle/expected.safetensors"))
    #expect(file.names == expected.names && file.names.count == 14)
    for name in expected.names {
      let (found, wanted) = (try file.tensor(name, on: backend), try expected.tensor(name, on: backend))
      #expect(found.shape == wanted.shape && found.dtype == wanted.dtype, "\(name)")
      #expect(try file.shape(of: name) == wanted.shape && file.type(of: name) == expected.type(of: name), "\(name)")
      if wanted.dtype == .int32 {
        #expect(found.ids == wanted.ids, "\(name)")
      } else {
        #expect(found.doubles == wanted.doubles, "\(name)")
        #expect(
          try file.tensor(name, as: .float32, on: backend).floats
            == expected.tensor(name, as: .float32, on: backend).floats, "\(name)")
      }
    }
  }

  @Test func parametersAreTensors() throws {
    let file = try PickleFile(fixture("pickle/parameters.bin"))
    let expected = try SafetensorsFile(fixture("pickle/parameters.safetensors"))
    #expect(file.names == ["bias", "weight"])
    for name in file.names {
      #expect(try file.tensor(name, on: backend).floats == expected.tensor(name, on: backend).floats)
    }
  }

  @Test func whatLiesInOrderIsUsedInPlace() throws {
    let file = try PickleFile(fixture("pickle/zip.bin"))
    let (base, rows) = (try file.tensor("plain", on: backend), try file.tensor("rows", on: backend))
    #expect(base.storage.buffer.isForeign && rows.storage.buffer.isForeign)
    #expect(rows.storage.buffer.address == base.storage.buffer.address + 8 * 4)
    #expect(try !file.tensor("transposed", on: backend).storage.buffer.isForeign)
  }

  @Test func shardsOfBothForms() throws {
    let weights = try WeightFiles(directory: fixture("pickle/sharded"))
    let expected = try SafetensorsFile(fixture("pickle/parameters.safetensors"))
    #expect(weights.names == ["bias", "weight"])
    for name in weights.names {
      let file = try weights.file(of: name)
      #expect(try file.tensor(name, on: backend).floats == expected.tensor(name, on: backend).floats)
    }
  }

  @Test func aTensorThatIsNotThere() throws {
    let path = fixture("pickle/zip.bin")
    let file = try PickleFile(path)
    #expect(!file.contains("epoch") && file.contains("scalar"))
    #expect(message { try file.tensor("epoch", on: backend) } == "\(path): has no tensor 'epoch'")
    #expect(
      message { try file.tensor("long", as: .float32, on: backend) }
        == "\(path): tensor 'long' is I64, which does not become float32")
  }
}
