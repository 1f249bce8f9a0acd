import CRefluxKernels

/// The processor this process runs on.
public enum Processor {
  /// How many processors this process may use.
  public static var count: Int { Int(reflux_processor_count()) }
}
