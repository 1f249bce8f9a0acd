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
      try tokenizer?.save(to: temporary)
      try Directory.sync(temporary)
      try Directory.replace(directory.model, with: temporary)
    } catch let error as FileError {
      try? Directory.remove(temporary)
      throw RunError("the model cannot be saved: \(error); --resume tries again")
    }
    try notify(.saved(directory: directory.model))
  }
}
