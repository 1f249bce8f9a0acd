import RefluxCore
import RefluxIO

/// What `adapter_config.json` says, as far as it is about a LoRA.
struct LoRAConfiguration {
  var rank = 8
  var alpha: Float = 8
  var dropout: Float = 0
  var targets = ModuleTargets.standard
  /// `nil`: the head, and what is fresh.
  var modulesToSave: [String]?
  var rankStabilized = false
  var bias = LoRABias.none
  /// Other alphas for maps whose path ends with a key, or with what a pattern matches.
  var alphaPattern: [(key: String, alpha: Float)] = []
  /// Everything the file said, to be written again.
  var source = JSONObject()

  init(_ options: LoRAOptions) {
    (rank, alpha) = (options.rank ?? rank, options.alpha ?? alpha)
    (dropout, targets) = (options.dropout ?? dropout, options.targets ?? targets)
    (modulesToSave, bias) = (options.modulesToSave, options.bias ?? bias)
    rankStabilized = options.rankStabilized ?? rankStabilized
  }

  /// What a map's update is multiplied by.
  func scale(of path: String, rank: Int) -> Float {
    let alpha = alphaPattern.first { Self.matches($0.key, path) }?.alpha ?? alpha
    return rankStabilized ? alpha / Float(rank).squareRoot() : alpha / Float(rank)
  }

  /// PEFT's rule for `alpha_pattern`: the key, as a pattern, is the path or an end of it that begins at a dot.
  private static func matches(_ key: String, _ path: String) -> Bool {
    if path.endsWith(part: key) { return true }
    guard let pattern = pattern(key) else { return false }
    return path.wholeMatch(of: pattern) != nil
  }

  private static func pattern(_ key: String) -> Regex<AnyRegexOutput>? { try? Regex("(.*\\.)?(\(key))") }
}

// MARK: - Reading

extension LoRAConfiguration {
  /// - Throws: ``FileError`` naming the file and the key, also for variants of LoRA that are computed differently.
  init(_ fields: JSONFields) throws {
    let type = try fields.required("peft_type", fields.string)
    guard type == "LORA" else { throw FileError(fields.path, "'peft_type' is '\(type)'; only 'LORA' can be read") }
    for key in ["use_dora", "lora_bias", "fan_in_fan_out", "use_qalora", "use_bdlora"]
    where try fields.bool(key) == true {
      throw FileError(fields.path, "'\(key)' is true; such adapters cannot be read")
    }
    for key in [
      "layer_replication", "target_parameters", "trainable_token_indices", "alora_invocation_tokens", "arrow_config",
      "kasa_config", "monteclora_config",
    ] {
      guard fields.object[key] ?? .null == .null else {
        throw FileError(fields.path, "'\(key)' is given; such adapters cannot be read")
      }
    }
    try Self.requireUnchangedBase(fields)
    rank = try fields.integer("r") ?? rank
    guard rank >= 0 else { throw FileError(fields.path, "'r' must be at least 0, but is \(rank)") }
    alpha = try fields.number("lora_alpha").map { Float($0) } ?? alpha
    dropout = try fields.number("lora_dropout").map { Float($0) } ?? dropout
    guard (0..<1).contains(dropout) else {
      throw FileError(fields.path, "'lora_dropout' must be at least 0 and below 1, but is \(dropout)")
    }
    switch fields.object["target_modules"] {
    case .string(let text)?:
      guard let read = try? ModuleTargets(text: text) else {
        throw FileError(fields.path, "'target_modules' is no regular expression: '\(text)'")
      }
      targets = read
    default: targets = try Self.names(fields, "target_modules").map(ModuleTargets.names) ?? targets
    }
    modulesToSave = try Self.names(fields, "modules_to_save") ?? []
    rankStabilized = try fields.bool("use_rslora") ?? false
    let bias = try fields.string("bias") ?? "none"
    guard let read = LoRABias(rawValue: bias.replacing("_", with: "-")) else {
      throw FileError(fields.path, "'bias' is '\(bias)'; known are none, lora_only, all")
    }
    self.bias = read
    if let pattern = try fields.fields("alpha_pattern") {
      alphaPattern = try pattern.object.keys.map { key in
        guard Self.pattern(key) != nil else {
          throw FileError(fields.path, "'alpha_pattern' has a key that is no regular expression: '\(key)'")
        }
        return (key, Float(try pattern.required(key, pattern.number)))
      }
    }
    source = fields.object
  }

  /// Throws if the updates belong to other weights than the base's: PiSSA, OLoRA, CorDA and LoftQ take the beginning of
  /// the updates out of them.
  private static func requireUnchangedBase(_ fields: JSONFields) throws {
    let value: String
    switch fields.object["init_lora_weights"] {
    case nil, .null?, .bool?, "gaussian"?, "eva"?, "orthogonal"?: return
    case .string(let name)?: value = name
    case let other?: value = other.text
    }
    throw FileError(
      fields.path,
      "'init_lora_weights' is '\(value)'; only adapters that leave the base as it is can be read: true, false, "
        + "gaussian, eva, orthogonal")
  }

  private static func names(_ fields: JSONFields, _ key: String) throws -> [String]? {
    try fields.array(key)?.map { item in
      guard let name = item.string else { throw FileError(fields.path, "'\(key)' wants names, but has \(item.kind)") }
      return name
    }
  }
}

// MARK: - Writing

extension LoRAConfiguration {
  /// What PEFT's save_pretrained would write.
  func json(base: String?, task: String?, savedModules: [String]) -> JSONObject {
    var json = source
    let standard: [(String, JSON)] = [
      ("alpha_pattern", [:]), ("auto_mapping", .null), ("fan_in_fan_out", false), ("inference_mode", true),
      ("init_lora_weights", true), ("layers_pattern", .null), ("layers_to_transform", .null), ("rank_pattern", [:]),
      ("revision", .null), ("use_dora", false),
    ]
    for (key, value) in standard where json[key] == nil { json[key] = value }
    json["peft_type"] = "LORA"
    json["base_model_name_or_path"] = base.map(JSON.string) ?? .null
    json["task_type"] = task.map(JSON.string) ?? .null
    json["r"] = .integer(rank)
    json["lora_alpha"] = Int(exactly: alpha).map(JSON.integer) ?? JSON(shortest: alpha)
    json["lora_dropout"] = JSON(shortest: dropout)
    json["use_rslora"] = .bool(rankStabilized)
    json["bias"] = .string(bias.rawValue.replacing("-", with: "_"))
    json["modules_to_save"] = savedModules.isEmpty ? .null : .array(savedModules.map(JSON.string))
    switch targets {
    case .names(let names): json["target_modules"] = .array(names.map(JSON.string))
    case .pattern(let text): json["target_modules"] = .string(text)
    case .allLinear: json["target_modules"] = "all-linear"
    }
    return json
  }
}
