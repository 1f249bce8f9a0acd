import Testing

@testable import RefluxCPU

@Suite("Diagnostics")
struct DiagnosticsTests {
  @Test("warn when OpenBLAS is narrower than the processor")
  func warning() {
    func warning(_ core: String, _ widest: KernelSet, _ requested: String?) -> String? {
      CPUDiagnostics(blasCore: core, kernels: widest, widest: widest, threads: 2, requestedCore: requested).warning
    }
    #expect(
      warning("Haswell", .avx512, "Haswell")
        == "matrix products use 256-bit vectors (OpenBLAS core Haswell), the processor has 512: the environment sets OPENBLAS_CORETYPE=Haswell; unset it for full speed"
    )
    #expect(
      warning("Prescott", .avx2, nil)
        == "matrix products use 128-bit vectors (OpenBLAS core Prescott), the processor has 256: this build of OpenBLAS has no kernels for this processor"
    )
    #expect(warning("Zen", .avx2, nil) == nil)
    #expect(warning("SkylakeX", .avx512, "SkylakeX") == nil)
    #expect(warning("some new core", .avx512, nil) == nil)
  }

  @Test func kernelsThatAreNotThereAreNamed() {
    let found = CPUDiagnostics(
      blasCore: "Zen", kernels: .baseline, widest: .baseline, threads: 1, requestedCore: nil, requestedKernels: "avx9")
    let available = KernelSet.available.map(\.rawValue).joined(separator: ", ")
    #expect(
      found.warning
        == "the environment sets REFLUX_KERNELS=avx9, which this processor does not run; there are: \(available)")
  }

  /// What table.h forgets is a null pointer, which nothing else would say before it is called.
  @Test(arguments: KernelSet.available) func everyKernelIsThere(_ set: KernelSet) {
    let missing = withUnsafeBytes(of: set.table) { bytes in
      bytes.bindMemory(to: UInt.self).enumerated().filter { $0.element == 0 }.map(\.offset)
    }
    #expect(missing == [], "the entries of reflux_kernels, counted from 0")
  }

  @Test("name what is in use")
  func summary() {
    let backend = CPUBackend(threads: 2, kernels: .baseline)
    let diagnostics = backend.diagnostics
    #expect(diagnostics.summary == "OpenBLAS \(diagnostics.blasCore), baseline kernels, 2 threads")
    #expect(!diagnostics.blasCore.isEmpty)
    #expect(KernelSet.available.contains(diagnostics.widest))
  }

  @Test("count time only when asked")
  func timing() {
    let backend = CPUBackend(threads: 1)
    let x = backend.view(numbers(300 * 300), [300, 300])
    let out = backend.scratch([300, 300])
    backend.matmul(x, x, into: out, accumulate: false)
    #expect(backend.timing.productSeconds == 0)
    backend.timing.isEnabled = true
    backend.matmul(x, x, into: out, accumulate: false)
    backend.softmax(x, log: false, into: out)
    #expect(backend.timing.productSeconds > 0 && backend.timing.kernelSeconds > 0)
    #expect(backend.timing.attentionSeconds == 0)
    backend.timing.reset()
    #expect(backend.timing.productSeconds == 0 && backend.timing.kernelSeconds == 0)
  }
}
