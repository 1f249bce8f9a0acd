import RefluxCore
import RefluxIO

extension Run {
  /// Writes the results and the final model; after that there is nothing to resume.
  func finish() throws {
    try directory.write(.object(results.evaluation), to: "eval_results.json")
    try directory.write(.object(results.all), to: "all_results.json")
    try directory.write(results.trainerState, to: "trainer_state.json")
    try saveModel()
    try metrics.sync()
    try Directory.remove(directory.stages)
  }

  private func saveModel() throws {
    let temporary = directory.model + ".tmp"
    do {
      try Directory.remove(temporary)
      try Directory.create(temporary)
      try modules.model("student").save(to: temporary)
      try nameLabels(in: "\(temporary)/config.json")
      try tokenizer?.save(to: temporary)
      try Directory.sync(temporary)
      try Directory.replace(directory.model, with: temporary)
    } catch let error as FileError {
      try? Directory.remove(temporary)
      throw RunError("the model cannot be saved: \(error); --resume tries again")
    }
    try notify(.saved(directory: directory.model))
  }

  /// Puts the task's labels into `config.json` as transformers has them.
  private func nameLabels(in path: String) throws {
    guard case .classes(let names) = task.prediction, Directory.isTaken(path) else { return }
    var config = try JSONFields(contentsOf: path).object
    config["id2label"] = .object(JSONObject(names.enumerated().map { (String($0), .string($1)) }))
    config["label2id"] = .object(JSONObject(names.enumerated().map { ($1, .integer($0)) }))
    try AtomicFile.write(JSON.object(config).indented() + "\n", to: path)
  }
}
