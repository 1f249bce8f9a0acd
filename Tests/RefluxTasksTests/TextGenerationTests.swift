import RefluxCore
import RefluxTesting
import Testing

/// Prompts and responses from a user's own files.
@Suite struct TextGenerationTests {
  private func rows(_ text: String, _ options: String = "", split: Split = .train) throws -> [String] {
    try shown("{ type: text-generation, \(split.rawValue): t.jsonl, \(options) }", split, ["t.jsonl": text])
  }

  @Test func promptsAndResponses() throws {
    let text = "{\"prompt\": \"2+2=\", \"response\": \"4\", \"note\": 1}\n{\"prompt\": \"a\\nb\", \"response\": \"\"}\n"
    #expect(try rows(text) == ["2+2= => 4", "a\nb => "])
    #expect(try rows("{\"prompt\": \"2+2=\"}", split: .test) == ["2+2="])
  }

  @Test func templatesAndOtherColumns() throws {
    let text = "{\"question\": \"Why?\", \"hint\": \"{x}\", \"answer\": \"so\"}"
    let options =
      "prompt_template: \"Q: {question} ({hint}) {{\\nA:\", response_template: \" {answer}.\", response: unused"
    #expect(try rows(text, options) == ["Q: Why? ({x}) {\nA: =>  so."])
    #expect(try rows(text, "prompt: question, response: answer") == ["Why? => so"])
  }

  @Test func chats() throws {
    let text = """
      {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}, \
      {"role": "assistant", "content": "Hello"}]}
      """
    #expect(try rows(text) == ["system: Be kind.\nuser: Hi\nassistant: =>  Hello"])
    #expect(
      try rows(text, "message_template: \"<{role}>{content}</s>\"")
        == ["<system>Be kind.</s><user>Hi</s><assistant> => Hello"])
    // What stands behind the content is the end token's business.
    #expect(
      try rows(text, "message_template: \"{content} <{role}>\"")
        == ["Be kind. <system>Hi <user> => Hello"])
    let question = "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}"
    #expect(try rows(question, split: .test) == ["user: Hi\nassistant:"])
    #expect(
      try problem(question) == "DIR/t.jsonl:1: the last message is not the assistant's")
  }

  @Test func tokens() throws {
    let text = "{\"input_ids\": [1, 5, 2], \"labels\": [-100, 5, 2]}"
    #expect(try rows(text) == ["[1, 5, 2] => [-100, 5, 2]"])
  }

  private func problem(_ text: String, _ options: String = "", _ split: Split = .train) throws -> String? {
    try message("{ type: text-generation, \(split.rawValue): t.jsonl, \(options) }", split, ["t.jsonl": text])
  }

  @Test func whatIsWrongIsNamed() throws {
    #expect(try problem("{\"prompt\": \"a\"}") == "DIR/t.jsonl:1: 'response' is missing")
    #expect(try problem("{\"response\": \"a\"}") == "DIR/t.jsonl:1: 'prompt' is missing")
    #expect(
      try problem("{\"prompt\": 1, \"response\": \"a\"}")?.hasPrefix("DIR/t.jsonl:1: 'prompt' wants a text") == true)
    #expect(try problem("{\"input_ids\": [1]}") == "DIR/t.jsonl:1: 'labels' is missing")
    #expect(
      try problem("{}", "message_template: x")
        == "task 'text-generation': message_template must have {content} in it, but is 'x'")
    #expect(
      try problem("{}", "message_template: \"<{name}>{content}\"")
        == "task 'text-generation': message_template has the place {name}; there are: {role}, {content}")
    #expect(
      try problem("{}", "message_template: \"{{content}\"")
        == "task 'text-generation': message_template must have {content} in it, but is '{{content}'")
    #expect(
      try problem("{}", "metrics: [accuracy]")
        == "'accuracy' scores classes and choices, and the task predicts text")
    #expect(
      try message("{ type: text-generation, train: t.csv }", .train, ["t.csv": "prompt,answer\na,b\n"])
        == "DIR/t.csv:1: has no column 'response'; there are: prompt, answer")
  }
}
