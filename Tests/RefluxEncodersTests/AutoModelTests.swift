import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// `type: auto` is the model that config.json names.
@Suite struct AutoModelTests {
  @Test(arguments: EncoderFixture.all) func everyFamily(_ fixture: EncoderFixture) throws {
    let checkpoint = RefluxTesting.fixture("\(fixture.folder)/model")
    let found = try model("{ type: auto, checkpoint: \"\(checkpoint)\", layers: 1, hidden_dropout: 0.25 }")
    let named = try fixture.model("model", "layers: 1, hidden_dropout: 0.25")
    #expect(Swift.type(of: found) == Swift.type(of: named) && found.card.layers == 1)
    #expect(found.parameters.names == named.parameters.names)
    let block = try fixture.block()
    var passes = (
      ForwardPass(training: true, random: RandomSource(seed: 1)),
      ForwardPass(training: true, random: RandomSource(seed: 1))
    )
    #expect(try found(block, &passes.0).logits.floats == named(block, &passes.1).logits.floats)
  }

  @Test func mistakes() throws {
    func complaint(_ options: String) -> String? { thrownMessage { try model("{ type: auto, \(options) }") } }
    #expect(
      complaint("layers: 1")
        == "model 'auto' needs 'checkpoint': A directory with config.json and weights, or a name on the hub.")
    #expect(
      complaint("checkpoint: x, layrs: 1")?.hasPrefix("model 'auto' has no option 'layrs'; it takes: ") == true)
    #expect(complaint("checkpoint: x, layers: six") == "wants an integer, but is 'six'")
    #expect(complaint("checkpoint: /none") == "/none: there is no such directory")
    let bert = RefluxTesting.fixture("bert/model")
    #expect(complaint("checkpoint: \"\(bert)\", layers: 3") == "layers is 3, and \(bert) has 2")
    // Whichever model it turns out to be, its checkpoint decides these.
    #expect(
      complaint("checkpoint: \"\(bert)\", groups: 1")
        == "model 'auto': with a checkpoint, its config.json decides groups")
    #expect(
      complaint("checkpoint: \"\(RefluxTesting.fixture("roberta/model"))\", hidden_size: 64")
        == "model 'auto': with a checkpoint, its config.json decides hidden_size")
    try withTemporaryDirectory { directory in
      try AtomicFile.write("{ \"model_type\": \"t5\" }", to: directory + "/config.json")
      #expect(
        complaint("checkpoint: \"\(directory)\"")?.hasPrefix(
          "\(directory)/config.json: no model is called 't5'; there are: albert, bert, ") == true)
      try AtomicFile.write("{}", to: directory + "/config.json")
      #expect(complaint("checkpoint: \"\(directory)\"") == "\(directory)/config.json: 'model_type' is missing")
    }
  }

  @Test func theRecipeStaysAsItWasWritten() throws {
    let registry = try Registry(testedPlugins)
    let node = try RecipeNode.parse("{ type: auto, checkpoint: x, layers: 6 }", name: "recipe.yaml")
    let blueprint = try Blueprint<any Model>(node, OptionScope(registry))
    #expect(blueprint.name == "auto" && blueprint.recipe?.yaml == "type: auto\ncheckpoint: x\nlayers: 6\n")
  }
}
