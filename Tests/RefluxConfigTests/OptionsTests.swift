import RefluxConfig
import RefluxTesting
import Testing

@Suite struct OptionsTests {
  enum Kind: String, OptionChoice { case plain, newOnly = "new-only" }
  struct Group: OptionGroup {
    static let typeName = "group"
    @Option("Inside.") var depth = 1
  }
  struct Options: ComponentOptions {
    @Option("Rate.", in: 0...1, aliases: ["learning_rate", "lr"]) var rate: Float = 0.5
    @Option("Exact.") var exact = 0.1
    @Option("Count.") var count = 3
    @Option("Flag.") var flag = false
    @Option("Name.") var longName = "x"
    @Option("Kind.") var kind = Kind.plain
    @Option("Maybe.", in: 1...) var maybe: Int? = 5
    @Option("List.") var list = ["a"]
    @Option("Group.") var group = Group()
  }

  struct Shared: ComponentOptions {
    @Option("Width.") var width: Int
    @Option("Depth.") var depth = 2
    func validate() throws { if width < depth { throw RecipeError("width must be at least depth") } }
  }
  struct Own: ComponentOptions {
    var shared = Shared()
    @Option("More.") var more = "m"
  }

  @Test func sharedOptionsStandBesideTheOthers() throws {
    func own(_ yaml: String) throws -> Own {
      try OptionsReader.read(
        Own.self, from: RecipeNode.parse(yaml, name: "r.yaml"), owner: "it", OptionScope(NoComponents()))
    }
    #expect(OptionsReader.help(for: Own.self).map(\.name) == ["width", "depth", "more"])
    let options = try own("{ more: x, width: 7 }")
    #expect(options.shared.width == 7 && options.shared.depth == 2 && options.more == "x")
    #expect(OptionsReader.entries(of: options).map(\.key) == ["width", "depth", "more"])
    #expect(thrownMessage { try own("{ more: x }") } == "it needs 'width': Width.")
    #expect(thrownMessage { try own("{ width: 1 }") } == "it: width must be at least depth")
    #expect(
      thrownMessage { try own("{ width: 1, wide: 2 }") }
        == "it has no option 'wide'; it takes: depth, more, width")
  }

  private func read(_ yaml: String, notes: RecipeNotes = RecipeNotes()) throws -> Options {
    let node = try RecipeNode.parse(yaml, name: "r.yaml")
    return try OptionsReader.read(Options.self, from: node, owner: "it", OptionScope(NoComponents(), notes: notes))
  }

  @Test func defaults() throws {
    let options = try OptionsReader.read(Options.self, from: nil, owner: "it", OptionScope(NoComponents()))
    #expect(options.rate == 0.5 && options.maybe == 5 && options.group.depth == 1 && options.list == ["a"])
    #expect(options.$rate == nil)
  }

  @Test func values() throws {
    let options = try read(
      "{ rate: 2e-5, exact: .1, count: 1e3, flag: on, long_name: no, kind: new_only, maybe: ~, list: [on, '1'], group: { depth: 7 } }"
    )
    #expect(options.rate == 2e-5 && options.exact == 0.1 && options.count == 1000 && options.flag)
    #expect(options.longName == "no" && options.kind == .newOnly && options.maybe == nil)
    #expect(options.list == ["on", "1"] && options.group.depth == 7)
    #expect(options.$rate?.text == "2e-5")
  }

  @Test(arguments: ["true", "True", "yes", "On"]) func truths(_ word: String) throws {
    #expect(try read("flag: \(word)").flag)
  }

  @Test(arguments: ["false", "FALSE", "no", "off"]) func falsehoods(_ word: String) throws {
    #expect(try !read("flag: \(word)").flag)
  }

  @Test func aliasesAreNoted() throws {
    let notes = RecipeNotes()
    #expect(try read("learning_rate: 0.25", notes: notes).rate == 0.25)
    #expect(
      notes.all.map { $0.described(as: "note") } == [
        """
        r.yaml:1:1: note: 'learning_rate' is read as 'rate'
          1 | learning_rate: 0.25
            | ^^^^^^^^^^^^^
        """
      ])
  }

  @Test func writtenOptionsReadBackTheSame() throws {
    let options = try read("{ rate: 0.3, exact: 0.30000000000000004, long_name: 'on', list: ['1', no], maybe: null }")
    let written = RecipeNode(.map(OptionsReader.entries(of: options))).yaml
    let again = try read(written)
    #expect(again.rate == options.rate && again.exact == options.exact && again.maybe == nil)
    #expect(again.longName == "on" && again.list == ["1", "no"])
    #expect(RecipeNode(.map(OptionsReader.entries(of: again))).yaml == written)
  }

  @Test func help() {
    let help = OptionsReader.help(for: Options.self)
    #expect(
      help.map(\.name) == ["rate", "exact", "count", "flag", "long_name", "kind", "maybe", "list", "group"])
    #expect(help.map(\.type).prefix(6) == ["number", "number", "integer", "true or false", "text", "plain | new-only"])
    #expect(help[0].bounds == "from 0 to 1" && help[0].defaultText == "0.5" && help[6].bounds == "at least 1")
    #expect(help[8].nested.map(\.name) == ["depth"])
  }
}
