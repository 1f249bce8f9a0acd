#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How large the parts of a model may be: far beyond any that exists, and so small that products fit an `Int`.
///
/// Recipes and `config.json` are held to the same bounds.
public enum ModelSize {
  public static let layers = 1...1000
  /// Of a token's vector, and inside a feed-forward layer.
  public static let width = 1...1_000_000
  public static let heads = 1...100_000
  public static let vocabulary = 1...100_000_000
  /// Tokens of the longest row.
  public static let positions = 1...100_000_000
  /// Kinds of texts that a row may hold.
  public static let segments = 1...1000
  /// Of the head.
  public static let outputs = 1...100_000
}

/// Weights that do not fit into memory.
public struct ModelTooLarge: Error, CustomStringConvertible {
  /// Of the weights as far as they were counted, and of the machine.
  public let bytes, memory: Int

  public var description: String {
    func shown(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }
    return
      "a model of these sizes has at least \(shown(bytes)) of weights, and this machine has \(shown(memory)) of memory"
  }

  /// The machine's memory in bytes.
  public static var machineMemory: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
}
