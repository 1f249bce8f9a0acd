import RefluxCore
import RefluxIO

extension Run {
  /// Writes the results and the final model; after that there is nothing to resume.
  func finish() throws {
    try directory.write(.object(results.evaluation), to: "eval_results.json")
    try directory.write(.object(results.all), to: "all_results.json")
    try directory.write(results.trainerState, to: TrainerHistory.file)
    try saveModel()
    try metrics.sync()
    try Directory.discard(directory.stages)
  }

  private func saveModel() throws {
    do {
      try Directory.write(directory.model) { files in
        try modules.model(ModelRole.student).save(to: files)
        try tokenizer?.save(to: files)
      }
    } catch let error as FileError {
      throw RunError("the model cannot be saved: \(error); --resume tries again")
    }
    try notify(.saved(directory: directory.model))
  }
}
