import RefluxCore
import RefluxIO

struct LoRAOptions: ComponentOptions {
  @Option("A trained adapter to begin with: a directory with PEFT's adapter_config.json, which decides all the rest.")
  var checkpoint: String? = nil
  @Option(
    "Rank of the update of a linear map; default 8. 0: no update, only modules_to_save learn.", in: 0...65_536,
    aliases: ["r"])
  var rank: Int? = nil
  @Option("The update is multiplied by alpha / rank; default 8.", in: 0...1_000_000, aliases: ["lora_alpha"])
  var alpha: Float? = nil
  @Option("Dropout of what goes into the update; default 0.", in: 0...0.99, aliases: ["lora_dropout"])
  var dropout: Float? = nil
  @Option(
    "Which linear maps: a list of names or ends of paths, a regular expression for whole paths, or all-linear (all but"
      + " the head); default: the projections of queries and values.", aliases: ["target_modules"])
  var targets: ModuleTargets? = nil
  @Option("Parts that are trained as a whole, by name; default: the head, and what the checkpoint does not have.")
  var modulesToSave: [String]? = nil
  @Option("Divides alpha by the rank's square root instead (rsLoRA; Kalajdzievski, 2023).", aliases: ["use_rslora"])
  var rankStabilized: Bool? = nil
  @Option("Biases that are trained too: none (default), those of the chosen maps (lora-only), or all.")
  var bias: LoRABias? = nil

  func validate() throws {
    guard checkpoint != nil else { return }
    let given = [
      ("rank", rank != nil), ("alpha", alpha != nil), ("dropout", dropout != nil), ("targets", targets != nil),
      ("modules_to_save", modulesToSave != nil), ("rank_stabilized", rankStabilized != nil), ("bias", bias != nil),
    ].filter(\.1).map(\.0)
    try OptionChecks.noneGiven(given, beside: AdapterDirectory.configurationFile)
  }
}

enum LoRABias: String, OptionChoice { case none, loraOnly = "lora-only", all }
