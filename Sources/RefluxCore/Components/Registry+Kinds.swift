// One line per kind. A plugin that invents a new kind adds its own.
extension Registry {
  public mutating func add<C: Model>(model type: C.Type) {
    add(type, as: (any Model).self, sharing: ModelOptions.self) { shared, make, context in
      try shared.build(make, &context)
    }
  }
  public mutating func add<C: ModelAdapter>(adapter type: C.Type) { add(type, as: (any ModelAdapter).self) { $0 } }
  public mutating func add<C: Sampler>(sampler type: C.Type) {
    add(type, as: (any Sampler).self) { $0 }
    if C.canRepeat { repeating.insert(C.name) }
  }
  public mutating func add<C: DistillationLoss>(loss type: C.Type) { add(type, as: (any DistillationLoss).self) { $0 } }
  public mutating func add<C: DynamicScheduler>(scheduler type: C.Type) {
    add(type, as: (any DynamicScheduler).self) { $0 }
  }
  public mutating func add<C: OutputAligner>(aligner type: C.Type) { add(type, as: (any OutputAligner).self) { $0 } }
  public mutating func add<C: Objective>(objective type: C.Type) {
    add(type, as: (any Objective).self) { $0 }
    roles[C.name] = C.roles
    if C.needsRepeats { needingRepeats.insert(C.name) }
  }
  public mutating func add<C: RoundData>(roundData type: C.Type) {
    add(type, as: (any RoundData).self) { $0 }
    if C.checksAnswers { checkingAnswers.insert(C.name) }
  }
  public mutating func add<C: Strategy>(strategy type: C.Type) { add(type, as: (any Strategy).self) { $0 } }
  public mutating func add<C: Task>(task type: C.Type) { add(type, as: (any Task).self) { $0 } }
  public mutating func add<C: Metric>(metric type: C.Type) { add(type, as: (any Metric).self) { $0 } }
  public mutating func add<C: Optimizer>(optimizer type: C.Type) { add(type, as: (any Optimizer).self) { $0 } }
  public mutating func add<C: LearningRateSchedule>(schedule type: C.Type) {
    add(type, as: (any LearningRateSchedule).self) { $0 }
  }
  public mutating func add<C: Observer & Component>(observer type: C.Type) { add(type, as: (any Observer).self) { $0 } }
  public mutating func add<C: Method>(method type: C.Type) { add(type, as: (any Method).self) { $0 } }

  /// `(any DistillationLoss)` → `loss`: the word that recipes use.
  static func kindName(of product: Any.Type) -> String {
    let type = "\(product)".replacing("any ", with: "").filter { $0 != "(" && $0 != ")" }
    if let short = shortKinds[type] { return short }
    return type.reduce(into: "") { $0 += $1.isUppercase && !$0.isEmpty ? "-" + $1.lowercased() : $1.lowercased() }
  }

  private static let shortKinds = [
    "DistillationLoss": "loss", "DynamicScheduler": "scheduler", "OutputAligner": "aligner",
    "LearningRateSchedule": "schedule", "ModelAdapter": "adapter",
  ]

  /// What errors call a component: `loss 'kl'`.
  static func named<Product>(_ product: Product.Type, _ name: String) -> String {
    "\(kindName(of: product)) '\(name)'"
  }
}
