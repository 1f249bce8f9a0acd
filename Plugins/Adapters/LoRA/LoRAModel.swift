import RefluxCore
import RefluxIO

/// A model whose linear maps have low-rank updates; only these, and the parts that are trained as a whole, are shown.
///
/// Nothing else can be differentiated, moved or saved, so a frozen weight costs neither gradient nor optimizer state.
struct LoRAModel<Base: Model>: AdaptedModel {
  static var name: String { Base.name }
  static var summary: String { Base.summary }

  private(set) var card: ModelCard
  private var base: Base
  private let configuration: LoRAConfiguration
  /// The parts that are trained as a whole, by their whole paths: what ends with a path in PEFT is the same part.
  private let savedModules: [String]
  /// The maps with an update.
  private let adapted: Set<String>
  /// Every parameter that learns.
  private let trained: Set<String>
  private let backend: any Backend

  /// The model as its options make it: without an adapter.
  init(_ options: Base.Options, _ context: inout BuildContext) throws {
    base = try Base(options, &context)
    (card, configuration) = (base.card, LoRAConfiguration(LoRAOptions()))
    (savedModules, adapted, trained, backend) = ([], [], [], context.backend)
  }

  /// Fresh updates, which change nothing yet.
  init(_ model: Base, _ configuration: LoRAConfiguration, seed: UInt64, on backend: any Backend) throws {
    let maps = model.linearShapes
    let parts = configuration.modulesToSave ?? model.modulesToTrain
    try model.requireParts(parts)
    // PEFT takes every part whose path ends with a text: with `classifier` also DistilBERT's `pre_classifier`.
    let saved = model.modules(endingWith: model.modules(called: parts))
    let free = maps.keys.sorted().filter { path in !saved.contains { path.lies(in: $0) } }
    let chosen = configuration.rank == 0 ? [] : configuration.targets.choose(free)
    if configuration.rank > 0, chosen.isEmpty { throw Self.nothingChosen(configuration.targets, of: free) }
    var configuration = configuration
    if configuration.targets == .standard || configuration.targets == .allLinear {
      // As PEFT writes it: names if they say it, whole paths otherwise.
      let names = ModuleTargets.names(chosen.lastNames)
      configuration.targets = names.choose(maps.keys.sorted()) == chosen ? names : .names(chosen)
    }
    let scope = ParameterScope(FreshParameters(seed: seed, on: backend))
    try self.init(
      model, configuration, saved, ranks: Dictionary(uniqueKeysWithValues: chosen.map { ($0, configuration.rank) }),
      scope, backend)
    guard !trained.isEmpty else { throw RecipeError("with rank 0 and no modules_to_save, nothing would be trained") }
    card.notes.append(
      "lora: \(chosen.count) of \(maps.count) linear maps have an update; \(parameters.elementCount) weights are "
        + "trained, \(model.parameters.elementCount) are in the model")
  }

  /// Updates that were trained before.
  init(_ model: Base, _ configuration: LoRAConfiguration, _ stored: StoredAdapter) throws {
    let maps = model.linearShapes
    let paths = stored.adaptedPaths.filter { maps[$0] != nil }
    // PEFT trains the head of a classifier whether it is listed or not.
    let heads = model.heads.filter { head in
      stored.names.contains { $0.lies(in: head) && $0.hasSuffix(".weight") && !$0.contains(".lora_") }
    }
    let listed = model.modules(endingWith: configuration.modulesToSave ?? [])
    let saved = listed + heads.filter { head in !listed.contains { head.lies(in: $0) } }
    let ranks = try Dictionary(uniqueKeysWithValues: paths.map { ($0, try stored.rank(of: $0)) })
    try self.init(model, configuration, saved, ranks: ranks, ParameterScope(stored), stored.backend)
    let shown = parameters
    try stored.requireUse(of: Set(shown.names), model.sharedNames)
    self = replacing(try shown.mapping { name, now in try stored.parameter(name, now.shape, .zeros) })
    card.freshParameters.removeAll(where: trained.contains)
    card.hasFreshHead = !card.freshParameters.isEmpty
    card.notes = []
    // The base's names are for another head, unless the adapter's own config.json gave them.
    if stored.directory.modelConfiguration == nil, !heads.isEmpty { card.checkpointLabels = [] }
  }

  private init(
    _ model: Base, _ configuration: LoRAConfiguration, _ saved: [String], ranks: [String: Int], _ scope: ParameterScope,
    _ backend: any Backend
  ) throws {
    var (base, failure) = (model, (any Error)?.none)
    base.updateModules(of: Linear.self) { path, linear in
      guard let rank = ranks[path], failure == nil else { return }
      let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
      do {
        linear.adapter = try LowRankAdapter(
          path.split(separator: ".").reduce(scope) { $0[String($1)] }, inputs: inputs, outputs: outputs, rank: rank,
          scale: configuration.scale(of: path, rank: rank))
      } catch { failure = error }
    }
    if let failure { throw failure }
    (self.base, card, self.configuration, savedModules) = (base, model.card, configuration, saved)
    self.backend = backend
    let adapted = Set(ranks.keys)
    self.adapted = adapted
    trained = Set(
      base.parameters.names.filter { name in
        let path = name.split(separator: ".").dropLast().joined(separator: ".")
        if name.hasSuffix(".bias") || name == "bias" {
          if configuration.bias == .all || (configuration.bias == .loraOnly && adapted.contains(path)) { return true }
        }
        let isUpdate = [LowRankAdapter.downName, LowRankAdapter.upName].contains { name.endsWith(part: $0) }
        return isUpdate || saved.contains { name.lies(in: $0) }
      })
    // What is frozen stays in the type of its file; what is trained is computed with.
    self.base.updateParameters { [trained] name, tensor in
      if trained.contains(name) { tensor = tensor.computable }
    }
  }

  private static func nothingChosen(_ targets: ModuleTargets, of paths: [String]) -> RecipeError {
    let known = paths.lastNames
    let list = "the model's linear maps are called \(known.joined(separator: ", "))"
    switch targets {
    case .names(let names):
      let hint = names.first.flatMap { suggestion(for: $0, among: known) }
      return RecipeError("targets: no linear map is called \(names.joined(separator: " or ")); \(list)", hint: hint)
    case .pattern(let text): return RecipeError("targets: no linear map's path matches '\(text)'; \(list)")
    case .allLinear: return RecipeError("targets: the model has no linear maps beside those of modules_to_save")
    }
  }

  // MARK: - Module and Model

  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit(&base, where: trained.contains) }

  func callAsFunction(_ input: TokenBlock, _ pass: inout ForwardPass) throws -> ModelOutput {
    guard configuration.dropout > 0, pass.isTraining else { return try base(input, &pass) }
    let read = card.family == .decoder ? AskedPositions(input).places : nil
    let rows = PackedRows(input.rows, counters: input.dropoutCounters, read: read, on: backend)
    let rate = configuration.dropout
    var (model, sites) = (base, pass)
    model.updateModules(of: Linear.self) { _, linear in
      guard linear.adapter != nil else { return }
      linear.adapter?.dropout = sites.dropout(rate).map { RowDropout($0, rows) }
    }
    pass = sites
    return try model(input, &pass)
  }

  func save(to directory: String) throws {
    let base = card.checkpoint.map { Directory.exists($0) ? Directory.absolute($0) : $0 }
    let adapter = AdapterDirectory(directory)
    var (parts, tensors) = (savedModules, parameters.map { (name: place(ofParameter: $0).name, tensor: $1) })
    // In PEFT a part that is trained is no longer tied to another: both are listed, and both are stored.
    for (second, first) in self.base.sharedNames {
      guard let tensor = parameters[first] else { continue }
      parts.append(second.module)
      tensors.append((AdapterDirectory.prefix + second, tensor))
    }
    try adapter.write(
      configuration: configuration.json(base: base, task: taskType, savedModules: parts), parameters: tensors)
    try saveConfiguration(to: adapter.configurationDirectory)
  }

  func saveConfiguration(to directory: String) throws { try base.saveConfiguration(to: directory) }

  /// What PEFT calls the kind of task; with a classifier's it looks for the head among the adapter's tensors.
  private var taskType: String? {
    if card.family == .decoder { return "CAUSAL_LM" }
    return base.heads.contains { head in savedModules.contains { head.lies(in: $0) } } ? "SEQ_CLS" : nil
  }

  func place(ofParameter name: String) -> (file: String, name: String) {
    let path = name.hasSuffix(".bias") ? String(name.dropLast(5)) : ""
    // Beside an update, PEFT keeps the map itself in a part of its own.
    let stored = adapted.contains(path) ? "\(path).base_layer.bias" : name
    return (AdapterDirectory.weightsFile, AdapterDirectory.prefix + stored)
  }

  var merged: any Model {
    var model = base
    model.updateModules(of: Linear.self) { _, linear in linear = linear.merged }
    return model
  }
}
