import COpenBLAS
import CRefluxKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the CPU backend runs on: for the first line of a run, and for explaining a slow one.
public struct CPUDiagnostics: Sendable {
  /// The kernels OpenBLAS chose when it was loaded, as it names them: `Haswell`, `SkylakeX`, `Zen`.
  public let blasCore: String
  /// The row kernels in use.
  public let kernels: KernelSet
  /// The widest instruction set of this processor.
  public let widest: KernelSet
  public let threads: Int
  /// What `OPENBLAS_CORETYPE` says, if it is set.
  let requestedCore: String?
  /// What `REFLUX_KERNELS` says, if it is set.
  var requestedKernels: String? = nil

  /// One line: `OpenBLAS Haswell, avx2 kernels, 2 threads`.
  public var summary: String {
    "OpenBLAS \(blasCore), \(kernels.rawValue) kernels, \(threads) thread\(threads == 1 ? "" : "s")"
  }

  /// Why this run is slower than the processor allows, or not what the environment asks for; `nil` if it is neither.
  public var warning: String? {
    if let requestedKernels, requestedKernels != kernels.rawValue {
      let available = KernelSet.available.map(\.rawValue).joined(separator: ", ")
      return "the environment sets REFLUX_KERNELS=\(requestedKernels), which this processor does not run; there are: "
        + "\(available)"
    }
    guard let width = Self.width(ofCore: blasCore), width < widest.width else { return nil }
    let loss = "matrix products use \(width)-bit vectors (OpenBLAS core \(blasCore)), the processor has \(widest.width)"
    guard let requestedCore else { return loss + ": this build of OpenBLAS has no kernels for this processor" }
    return loss + ": the environment sets OPENBLAS_CORETYPE=\(requestedCore); unset it for full speed"
  }

  /// The vector width, in bits, of the single-precision kernels of an OpenBLAS core; `nil` if we do not know it.
  static func width(ofCore core: String) -> Int? {
    switch core.lowercased() {
    case "skylakex", "cooperlake", "sapphirerapids": 512
    case "haswell", "zen", "excavator", "steamroller", "piledriver", "bulldozer", "sandybridge": 256
    case "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "barcelona", "bobcat", "opteron", "athlon",
      "katmai", "coppermine", "northwood", "banias", "nano", "generic":
      128
    default: nil
    }
  }
}

extension KernelSet {
  /// Bits per vector.
  var width: Int {
    switch self {
    case .avx512: 512
    case .avx2: 256
    case .baseline: 128
    }
  }
}

extension CPUBackend {
  /// What this backend runs on.
  public var diagnostics: CPUDiagnostics {
    CPUDiagnostics(
      blasCore: openblas_get_corename().map { String(cString: $0) } ?? "unknown", kernels: kernelSet,
      widest: .widest, threads: threads, requestedCore: getenv("OPENBLAS_CORETYPE").map { String(cString: $0) },
      requestedKernels: getenv("REFLUX_KERNELS").map { String(cString: $0) })
  }
}
