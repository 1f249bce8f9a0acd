import CRefluxKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The instruction sets the row kernels are compiled for.
public enum KernelSet: String, Sendable, CaseIterable {
  case baseline, avx2, avx512

  /// The widest set this processor runs.
  public static var widest: KernelSet {
    KernelSet(rawValue: String(cString: reflux_kernels_widest().pointee.name)) ?? .baseline
  }

  /// The sets this processor runs.
  public static var available: [KernelSet] { allCases.filter { reflux_kernels_named($0.rawValue) != nil } }

  /// What `REFLUX_KERNELS` in the environment asks for, if this processor runs it; else the widest.
  static var preferred: KernelSet {
    guard let name = getenv("REFLUX_KERNELS"), let set = KernelSet(rawValue: String(cString: name)),
      available.contains(set)
    else { return widest }
    return set
  }

  var table: reflux_kernels {
    guard let table = reflux_kernels_named(rawValue) else {
      preconditionFailure("this processor does not run the \(rawValue) kernels")
    }
    return table.pointee
  }
}
