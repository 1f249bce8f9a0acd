import RefluxCore

/// The parameters of a model directory, under the names transformers gives them today.
///
/// Accepts what older checkpoints call them: `gamma` and `beta` for a LayerNorm's weight and bias, and the bare encoder
/// without the model's prefix (`bert.`). Keeps a list of what was missing and what nothing asked for.
public final class CheckpointParameters: ParameterSource {
  /// What a model may do without, and what it has no use for.
  public struct Rules {
    /// `bert.`: may be absent from all names.
    public var prefix: String
    /// Parts that begin fresh when they are missing: the pooler and the head.
    public var optional: [String]
    /// The head, which begins fresh too when it has another number of outputs; `nil`: it must fit.
    public var replaceableHead: String?
    /// The list of layers, without the prefix, and how many of them are kept; the others are left without a word.
    public var layers: (list: String, kept: Int)
    /// Further tensors to leave without a word, such as buffers.
    public var isIgnored: (String) -> Bool
    /// Whether weights keep the floating type they are stored in, and their place in the file.
    public var keepsStoredTypes = false
    public init(
      prefix: String, layers: (list: String, kept: Int), optional: [String], replaceableHead: String? = nil,
      isIgnored: @escaping (String) -> Bool
    ) {
      (self.prefix, self.layers, self.optional) = (prefix, layers, optional)
      (self.replaceableHead, self.isIgnored) = (replaceableHead, isIgnored)
    }

    fileprivate func leaves(_ name: String) -> Bool { isBehindKeptLayers(name) || isIgnored(name) }

    private func isBehindKeptLayers(_ name: String) -> Bool {
      let bare = name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name[...]
      let list = layers.list + "."
      guard bare.hasPrefix(list), let index = Int(bare.dropFirst(list.count).prefix { $0 != "." }) else { return false }
      return index >= layers.kept
    }
  }

  private let weights: WeightFiles
  private let rules: Rules
  private let fresh: FreshParameters
  private let backend: any Backend
  private var used: Set<String> = []
  /// Asked for, not there, and made up.
  public private(set) var missing: [String] = []
  private var required: [String] = []
  private var replaced: [(name: String, found: Shape, wanted: Shape)] = []

  public init(_ weights: WeightFiles, _ rules: Rules, seed: UInt64, on backend: any Backend) {
    (self.weights, self.rules, self.backend) = (weights, rules, backend)
    fresh = FreshParameters(seed: seed, on: backend)
  }

  public func parameter(_ name: String, _ shape: Shape, _ initialization: Initialization) throws -> Tensor {
    guard let stored = spellings(of: name).first(where: weights.contains) else {
      guard rules.optional.contains(where: name.hasPrefix) else {
        // Nothing is made up for it: notes() will throw.
        required.append(name)
        return Tensor([], [0], on: backend)
      }
      missing.append(name)
      return try fresh.parameter(name, shape, initialization)
    }
    used.insert(stored)
    let file = try weights.file(of: stored)
    let found = try file.shape(of: stored)
    if found == shape { return try file.tensor(stored, as: rules.keepsStoredTypes ? nil : .float32, on: backend) }
    guard let head = rules.replaceableHead, name.hasPrefix(head), found.dropFirst() == shape.dropFirst() else {
      throw FileError(file.path, "tensor '\(stored)' has shape \(found), and config.json makes it \(shape)")
    }
    replaced.append((name, found, shape))
    return try fresh.parameter(name, shape, initialization)
  }

  /// The names a tensor may have, today's first.
  private func spellings(of name: String) -> [String] {
    let bare = name.hasPrefix(rules.prefix) ? [String(name.dropFirst(rules.prefix.count))] : []
    return ([name] + bare).flatMap { name in
      [name]
        + [("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")].compactMap { new, old in
          name.hasSuffix(new) ? name.dropLast(new.count) + old : nil
        }
    }
  }

  /// Parameters that did not come from the checkpoint.
  public var freshParameters: [String] { missing + replaced.map(\.name) }

  /// Whether a parameter whose name begins like this did not come from the checkpoint.
  public func isFresh(_ prefix: String) -> Bool { freshParameters.contains { $0.hasPrefix(prefix) } }

  /// Tensors of the checkpoint that nothing asked for.
  public var unexpected: [String] { weights.names.filter { !used.contains($0) && !rules.leaves($0) } }

  /// What there is to say once the model has asked for everything.
  ///
  /// - Returns: A line for each finding: fresh parts and unused tensors.
  /// - Throws: ``FileError`` if parts are missing that must not be made up.
  public func notes() throws -> [String] {
    guard required.isEmpty else {
      throw FileError(weights.directory, "\(Self.counted(required)) missing from the weights: \(Self.list(required))")
    }
    var notes: [String] = []
    if let (_, found, wanted) = replaced.first {
      notes.append(
        "the checkpoint's head has \(found[0]) outputs and \(wanted[0]) are needed; freshly initialised: "
          + Self.list(replaced.map(\.name)))
    }
    if !missing.isEmpty {
      notes.append(
        "\(Self.counted(missing)) missing from the checkpoint and freshly initialised: \(Self.list(missing))")
    }
    if !unexpected.isEmpty {
      notes.append("\(Self.counted(unexpected)) of no use here: \(Self.list(unexpected))")
    }
    return notes
  }

  private static func counted(_ names: [String]) -> String {
    names.count == 1 ? "1 tensor is" : "\(names.count) tensors are"
  }

  private static func list(_ names: [String]) -> String {
    let most = 20
    return names.prefix(most).joined(separator: ", ") + (names.count > most ? " and \(names.count - most) more" : "")
  }
}
