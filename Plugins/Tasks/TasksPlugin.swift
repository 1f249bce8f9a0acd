import RefluxCore

/// Benchmarks, tasks from any table, and their scores.
public enum TasksPlugin: Plugin {
  public static let name = "tasks"
  public static func register(in registry: inout Registry) {
    registry.add(task: CoLA.self)
    registry.add(task: SST2.self)
    registry.add(task: MRPC.self)
    registry.add(task: STSB.self)
    registry.add(task: QQP.self)
    registry.add(task: MNLI.self)
    registry.add(task: QNLI.self)
    registry.add(task: RTE.self)
    registry.add(task: WNLI.self)
    registry.add(task: AX.self)
    registry.add(task: BoolQ.self)
    registry.add(task: CB.self)
    registry.add(task: COPA.self)
    registry.add(task: WiC.self)
    registry.add(task: TextClassification.self)
    registry.add(task: TextRegression.self)
    registry.add(task: TextGeneration.self)
    registry.add(task: GSM8K.self)
    registry.add(task: SVAMP.self)
    registry.add(task: HellaSwag.self)
    registry.add(task: AQuA.self)
    registry.add(task: MathQA.self)
    registry.add(task: Agreement.self)
    registry.add(metric: Accuracy.self)
    registry.add(metric: F1.self)
    registry.add(metric: MacroF1.self)
    registry.add(metric: Matthews.self)
    registry.add(metric: Pearson.self)
    registry.add(metric: Spearman.self)
    registry.add(metric: TokenLikelihood.self)
    registry.add(metric: TokenAccuracy.self)
  }
}
