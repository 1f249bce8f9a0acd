import RefluxConfig
import Testing

@Suite struct DifferenceTests {
  private func difference(_ one: String, _ other: String) throws -> String? {
    let (one, other) = (try RecipeNode.parse(one, name: "one"), try RecipeNode.parse(other, name: "other"))
    return one.firstDifference(from: other).map { path, here, there in
      "\(path.joined(separator: ".")): \(here?.flowText ?? "nothing"), \(there?.flowText ?? "nothing")"
    }
  }

  @Test func theFirstPlaceIsNamed() throws {
    let recipe = "task: { type: rte, data: a }\nlist: [1, { x: 2 }]\nloss: kl\n"
    #expect(try difference(recipe, recipe) == nil)
    #expect(try difference(recipe, "loss: { type: kl }\nlist: [1, { x: 2 }]\ntask: { data: a, type: rte }\n") == nil)
    func changed(_ old: String, _ new: String) throws -> String? {
      try difference(recipe, recipe.replacing(old, with: new))
    }
    #expect(try changed("rte", "cola") == "task.type: rte, cola")
    #expect(try changed(", data: a", "") == "task.data: a, nothing")
    #expect(try changed("data: a", "data: a, limit: 3") == "task.limit: nothing, 3")
    #expect(try changed("x: 2", "x: 3") == "list.1.x: 2, 3")
    #expect(try changed("[1, ", "[") == "list.0.type: 1, nothing")
    #expect(try changed("[1, { x: 2 }]", "5") == "list: [1, { x: 2 }], 5")
    #expect(try changed("kl", "{ type: kl, form: soft }") == "loss.form: nothing, soft")
    #expect(try changed("kl", "null") == "loss: kl, null")
  }
}
