import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import reflux

/// `reflux list`, `reflux describe` and the reference that is written from them.
@Suite struct ListingTests {
  private func run(_ arguments: String...) throws -> Program.Outcome { try Program.run(arguments) }

  @Test func everyComponentIsListed() throws {
    let registry = try BuiltIn.registry()
    let (text, json) = (try run("list"), try run("list", "--json"))
    #expect(text.code == 0 && json.code == 0 && text.errors.isEmpty && json.errors.isEmpty)
    let listed = try #require(JSON(parsing: json.output.utf8, name: "output").array)
    let all = registry.kinds.flatMap(registry.components)
    #expect(listed.map { $0["name"]?.string } == all.map(\.name))
    #expect(listed.map { $0["kind"]?.string } == all.map(\.kind))
    let lines = text.output.split(separator: "\n").map(String.init)
    for component in all {
      #expect(lines.contains { $0.hasPrefix("  \(component.name) ") && $0.hasSuffix(component.summary) })
    }
    #expect(lines.filter { !$0.hasPrefix(" ") } == registry.kinds)
    let methods = try run("list", "methods").output
    for name in ["finetune", "double-finetune", "dynamic-finetune", "dlb", "dynsdpb", "kd", "self-training"] {
      #expect(methods.contains("\n  \(name) "))
    }
  }

  @Test func everyComponentIsDescribed() throws {
    let reference = Reference(try BuiltIn.registry())
    for kind in reference.registry.kinds {
      for component in reference.registry.components(ofKind: kind) {
        let text = try reference.text(component)
        #expect(text.hasPrefix("\(kind) \(component.name)   (plugin \(component.plugin))\n\(component.summary)"))
        for option in component.options { #expect(text.contains("\n  \(option.name): ")) }
      }
    }
  }

  @Test func aComponentIsDescribedToPeopleAndPrograms() throws {
    #expect(
      try run("describe", "loss", "mse").output == """
        loss mse   (plugin losses)
        Mean squared difference of the outputs, for scores and for logits.

        """)
    let json = try JSON(parsing: run("describe", "method", "dlb", "--json").output.utf8, name: "output")
    #expect(json["name"] == "dlb" && json["strategy"]?["objective"]?["type"] == "previous-batch")
    let alpha = json["further_options"]?.array?.first { $0["name"] == "alpha" }
    #expect(alpha?["path"] == "objective.alpha" && alpha?["default"] == "1.0" && alpha?["bounds"] == "from 0 to 1000")
    #expect(
      try run("describe", "recipe").output.contains("\n  max_length: integer from 5 to 1000000; also"))
  }

  @Test func unknownNamesAreAnswered() throws {
    func complaint(_ arguments: String...) throws -> String {
      let outcome = try Program.run(arguments)
      #expect(outcome.code == 2 && outcome.output.isEmpty)
      return outcome.errors
    }
    #expect(
      try complaint("describe", "schedule", "liner").hasPrefix(
        "error: no schedule is called 'liner'; there are: constant, cosine, linear"))
    #expect(try complaint("describe", "schedule", "liner").hasSuffix("\n  did you mean 'linear'?\n"))
    #expect(try complaint("list", "optimiser").hasSuffix("\n  did you mean 'optimizer'?\n"))
    #expect(try complaint("describe") == "error: name a kind and a component; 'reflux list' shows them\n")
    let losses = try BuiltIn.registry().components(ofKind: "loss").map(\.name).joined(separator: ", ")
    #expect(try complaint("describe", "loss").hasPrefix("error: name a loss, one of: \(losses)"))
  }

  /// `make docs` was run after the last change of an option.
  @Test func theReferenceIsCurrent() throws {
    let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs/reference")
      .standardized.path
    let pages = try Reference(BuiltIn.registry()).pages()
    let names = try Directory.names(in: docs)
    #expect(names == pages.map(\.file).sorted(), "run 'make docs'")
    for (file, text) in pages where names.contains(file) {
      #expect(try String(contentsOfFile: "\(docs)/\(file)", encoding: .utf8) == text, "run 'make docs': \(file)")
    }
  }

  @Test func theReferenceIsWrittenWhereItIsAsked() throws {
    try withTemporaryDirectory { directory in
      let outcome = try run("describe", "--all", "--output", "\(directory)/docs/reference")
      #expect(outcome == Program.Outcome(code: 0, output: "", errors: ""))
      for (file, text) in try Reference(BuiltIn.registry()).pages() {
        #expect(try String(contentsOfFile: "\(directory)/docs/reference/\(file)", encoding: .utf8) == text)
      }
    }
  }
}
