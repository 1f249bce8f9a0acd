import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTasks

/// Scores against scikit-learn's and SciPy's, odd cases included.
@Suite struct MetricTests {
  private func cases(_ key: String) throws -> [JSON] {
    try #require(JSON(contentsOf: fixture("metrics.json"))[key]?.array)
  }

  @Test func classification() throws {
    let all = try cases("classification")
    #expect(all.count == 18)
    for json in all {
      let name = json["name"]?.string ?? ""
      let labels = try #require(json["labels"]?.array).compactMap(\.integer)
      let predictions = try #require(json["predictions"]?.array).compactMap(\.integer)
      var counts = ClassCounts()
      for (label, prediction) in zip(labels, predictions) { counts.add(label: label, prediction: prediction) }
      #expect(close(counts.accuracy, json["accuracy"]), "\(name)")
      #expect(close(counts.matthewsCorrelation, json["mcc"]), "\(name)")
      #expect(close(counts.macroF1, json["f1_macro"]), "\(name)")
      if let expected = json["f1_binary"] { #expect(close(counts.f1(of: 1), expected), "\(name)") }
    }
  }

  @Test func correlation() throws {
    let all = try cases("correlation")
    #expect(all.count == 17)
    for json in all {
      let name = json["name"]?.string ?? ""
      let targets = try #require(json["targets"]?.array).compactMap(\.number)
      let predictions = try #require(json["predictions"]?.array).compactMap(\.number)
      #expect(close(pearsonCorrelation(targets, predictions), json["pearson"]), "\(name)")
      #expect(close(spearmanCorrelation(targets, predictions), json["spearman"]), "\(name)")
    }
  }

  /// `null` in the fixtures is undefined.
  private func close(_ value: Double, _ expected: JSON?) -> Bool {
    guard let number = expected?.number else { return expected == .null && value.isNaN }
    return abs(value - number) < 1e-12
  }

  /// Batches are added up, the largest logit is the prediction, and of equal logits it is the first.
  @Test func batchesAddUp() throws {
    var metrics: [any Metric] = [Accuracy(), F1(), MacroF1(), Matthews()]
    func show(_ logits: [[Float]], _ labels: [Int]) {
      let block = TokenBlock(
        ids: labels.map { _ in 0 }, rows: RowOffsets(lengths: labels.map { _ in 1 }), targets: .classes(labels))
      let output = ModelOutput(logits: Tensor(logits.flatMap { $0 }, [logits.count, 2]))
      for index in metrics.indices { metrics[index].update(output, block) }
    }
    show([[0, 1], [1, 0]], [1, 1])
    show([[2, 2]], [0])
    let scores = metrics.flatMap(\.scores)
    #expect(scores.map(\.name) == ["accuracy", "f1", "macro_f1", "matthews_correlation"])
    let expected = [2.0 / 3, 2.0 / 3, 2.0 / 3, 0.5]
    #expect(zip(scores, expected).allSatisfy { abs($0.value - $1) < 1e-12 })
  }

  @Test func scoresAddUp() throws {
    var metrics: [any Metric] = [Pearson(), Spearman()]
    for (target, logit) in [(Float(0), Float(1)), (1, 8), (2, 27)] {
      let block = TokenBlock(ids: [0], rows: RowOffsets(lengths: [1]), targets: .scores([target]))
      for index in metrics.indices { metrics[index].update(ModelOutput(logits: Tensor([logit], [1, 1])), block) }
    }
    let scores = metrics.flatMap(\.scores)
    #expect(scores.map(\.name) == ["pearson", "spearman"])
    // numpy.corrcoef([0, 1, 2], [1, 8, 27])[0, 1]
    #expect(abs(scores[0].value - 0.9662823901213162) < 1e-12)
    #expect(abs(scores[1].value - 1) < 1e-12)
  }
}
