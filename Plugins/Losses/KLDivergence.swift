import RefluxCore

/// `factor · KL(teacher ‖ student)` of the softened predictions (Hinton et al., 2015).
///
/// The first argument of the divergence is the fixed one. Everything goes through logarithms of softmax with the
/// maximum taken out, so a probability of 0 adds 0 and never a NaN.
struct KLDivergence: DistillationLoss {
  static let name = "kl"
  static let summary = "Divergence of the softened predictions (Hinton et al., 2015)."
  enum Form: String, OptionChoice { case kl, softCE = "soft-ce", logitMSE = "logit-mse" }
  enum Reduction: String, OptionChoice { case batchMean = "batch-mean", elementMean = "element-mean" }
  struct Options: ComponentOptions {
    @Option(
      "kl: the divergence; soft-ce: cross-entropy with the teacher's distribution (the same gradient); logit-mse: squared"
        + " difference of the logits, without temperature.")
    var form = Form.kl
    @Option(
      "batch-mean: an example's loss is a sum over the classes; element-mean: their mean, as in PKD's and GKD's code.")
    var reduction = Reduction.batchMean
  }

  let options: Options
  init(_ options: Options, _: inout BuildContext) { self.options = options }

  func callAsFunction(_ pair: AlignedPair, _ knobs: Knobs) throws -> Tensor {  // [examples]
    let terms = elements(pair, knobs)  // [examples, classes]
    let losses = options.reduction == .batchMean ? terms.sum([-1]) : terms.mean([-1])
    return options.form == .logitMSE ? losses : losses * knobs.temperatureFactor
  }

  private func elements(_ pair: AlignedPair, _ knobs: Knobs) -> Tensor {
    if options.form == .logitMSE {
      let gap = pair.student.logits - pair.teacher.logits
      return gap * gap
    }
    let temperature = knobs.temperature.reshaped(knobs.temperature.shape + [1])  // one for all, or one per example
    let teacher = (pair.teacher.logits / temperature).logSoftmax()
    let student = (pair.student.logits / temperature).logSoftmax()
    return teacher.exp() * (options.form == .kl ? teacher - student : -student)
  }
}
