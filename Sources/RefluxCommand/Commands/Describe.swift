import ArgumentParser
import Foundation
import RefluxCore
import RefluxIO
import RefluxTrain

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains a component and its options.",
    discussion: "'reflux describe recipe' explains the keys of a recipe itself.")

  @Argument(help: "The kind, such as method or loss; or 'recipe'.") var kind: String?
  @Argument(help: "The component's name in recipes.") var name: String?
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Write the reference of everything as Markdown.") var all = false
  @Option(help: "Where --all writes to.", completion: .directory) var output = "docs/reference"

  func run() throws {
    let reference = Reference(try BuiltIn.registry())
    if all { return try writeAll(reference) }
    guard let kind else { throw Failure("error: name a kind and a component; 'reflux list' shows them", .usage) }
    if kind == "recipe" {
      return try json
        ? Output.print(JSON.array(RecipeGrammar.help.map(JSON.init)))
        : Output.print(reference.text(of: RecipeGrammar.help))
    }
    let known = try reference.registry.kind(kind)
    guard let name else {
      let names = reference.registry.components(ofKind: known).map(\.name).joined(separator: ", ")
      throw Failure("error: name a \(known), one of: \(names)", .usage)
    }
    let component = try reference.registry.component(name, ofKind: known)
    try json ? Output.print(try reference.json(component)) : Output.print(try reference.text(component))
  }

  private func writeAll(_ reference: Reference) throws {
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    for (file, text) in try reference.pages() { try AtomicFile.write(text, to: "\(output)/\(file)") }
  }
}
