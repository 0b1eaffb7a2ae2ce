import Foundation
import Testing

@testable import Tokenization

@Suite struct `Chat templates of a model's folder` {
  private static func load(_ files: [String: String]) throws -> ChatTemplate {
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return try ChatTemplate.load(from: folder)
  }

  private let hello = Conversation([.user("hi")])

  @Test func `the configuration has the template and the special tokens`() throws {
    let template = try Self.load([
      "tokenizer_config.json": """
      {"chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token }}", "bos_token": "<s>",
       "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null, "model_max_length": 1000000000000000019884624838656}
      """
    ])
    #expect(try template.render(hello) == "<s>hi</s>")
    #expect(template.specialTokens == ["bos_token": "<s>", "eos_token": "</s>"])
  }

  @Test
  func
    `a file of its own goes before, and special_tokens_map.json where tokens are listed nowhere else`()
    throws
  {
    let configuration = #"{"chat_template": "old", "bos_token": "<a>"}"#
    let template = try Self.load([
      "tokenizer_config.json": configuration, "chat_template.jinja": "new {{ bos_token }}\n",
      "special_tokens_map.json": #"{"bos_token": {"content": "<b>"}}"#,
    ])
    #expect(try template.render(hello) == "new <b>")
  }

  @Test func `tools have a template of their own where there is one`() throws {
    let named =
      #"{"chat_template": [{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"}]}"#
    for files in [
      ["tokenizer_config.json": named],
      ["chat_template.jinja": "d", "additional_chat_templates/tool_use.jinja": "t"],
    ] {
      let template = try Self.load(files)
      #expect(try template.render(hello) == "d")
      #expect(try template.render(Conversation(hello.messages, tools: [])) == "t")
    }
  }

  @Test(
    arguments: [
      ([:], "there is no chat template: looked for "),
      (["tokenizer_config.json": "{}"], "tokenizer_config.json; use a model"),
      (["tokenizer_config.json": #"{"chat_template": 5}"#], "chat_template: must be text"),
      (["tokenizer_config.json": "{"], "is not JSON at byte 1"),
      (["chat_template.jinja": "a\n{{ b"], "chat template, line 2: a tag has no end"),
      (
        ["chat_template.jinja": "\n\n{{ 1|nope }}"],
        "chat template, line 3: there is no filter 'nope'"
      ),
      (
        ["additional_chat_templates/rag.jinja": "x"],
        "there is no chat template “default”; there is: rag"
      ),
      (
        ["chat_template.jinja": "{{ raise_exception('Who?') }}"],
        "line 1: the template refuses the conversation: Who?"
      ),
      (
        ["chat_template.jinja": "{{ messages[0].nobody.name }}"],
        "line 1: 'dict object' has no attribute 'nobody'"
      ),
    ] as [([String: String], String)]) func `what is wrong is said`(
      files: [String: String], words: String
    )
  {
    #expect {
      try Self.load(files).render(hello)
    } throws: { error in
      String(describing: error).contains(words)
    }
  }

  @Test func `conversations are read from JSON, in order`() throws {
    let json =
      #"{"messages": [{"role": "user", "content": null, "b": 1, "a": {"z": 1, "y": 2}}], "tools": [{"name": "f"}]}"#
    let conversation = try Conversation(json: json)
    let template = try ChatTemplate("{{ messages[0]|tojson }}{{ tools|tojson }}{{ documents }}")
    #expect(
      try template.render(conversation)
        == #"{"role": "user", "b": 1, "a": {"z": 1, "y": 2}}[{"name": "f"}]None"#)
    #expect(try Conversation(json: #"[{"role": "user"}]"#).messages[0].role == "user")
    for (damage, words) in [
      ("5", "messages: must be"), ("{}", "messages: must be"),
      ("[5]", "messages[0]: must be an object"), ("[", "not JSON"),
      (#"{"messages": [], "tools": 5}"#, "tools: must be"),
    ] {
      #expect {
        try Conversation(json: damage)
      } throws: { error in
        String(describing: error).contains(words)
      }
    }
    #expect(throws: ChatTemplateError.self) { try template.render(Conversation([])) }
  }
}
