import Foundation
import TensorTestSupport
import Testing

@Suite(.serialized) struct `The program's talk` {
  private struct Answer: Decodable {
    var role: String
    var content: String
    var tokens: [Int]
    var finish: String
  }

  private static let template = """
    {% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('no orders') if message.content == 'no' }}{% endif %}\
    <{{ message.role }}>{{ message.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}
    """

  private func withModel(template: String? = template, _ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      if let template {
        try Data(template.utf8).write(to: folder.appending(path: "base/chat_template.jinja"))
      }
      try body(folder)
    }
  }

  private func answers(_ arguments: [String], input: String = "", in folder: URL) throws -> [Answer]
  {
    let outcome = try Program.run(
      ["chat", "--model", "base", "--json", "--max-new-tokens", "4"] + arguments, input: input,
      in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try outcome.lines.map { try JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
  }

  // One line after another is one conversation, so that the second answer depends on the first; /new forgets.
  @Test func `goes on with what was said`() throws {
    try withModel { folder in
      let talk = try answers([], input: "a film\nthe plot\n\n/new\nthe plot\n", in: folder)
      #expect(talk.count == 3 && talk.allSatisfy { $0.role == "assistant" })
      #expect(try answers([], input: "a film\nthe plot\n", in: folder)[1].tokens == talk[1].tokens)
      #expect(try answers(["a", "film"], in: folder)[0].tokens == talk[0].tokens)
      let told = try answers(["--system", "long and slow", "a film"], in: folder)
      #expect(told[0].tokens != talk[0].tokens)
    }
  }

  // What the template writes, and nothing in front of it.
  @Test func `is what the template makes of it`() throws {
    try withModel { folder in
      let prompt = "<user>a film<assistant>"
      let encoded = try Program.run(
        ["tokenizer", "encode", "--tokenizer", "base", prompt], in: folder)
      let ids = encoded.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
      let rows = """
        {"prompt": \(ids)}
        {"messages": [{"role": "user", "content": "a film"}]}
        {"prompt": [{"role": "user", "content": "a film"}]}
        """
      let asked = ["generate", "--model", "base", "--json", "--max-new-tokens", "4"]
      let outcome = try Program.run(asked + ["--input", "-"], input: rows, in: folder)
      let chosen = try outcome.lines.map { line in
        (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["tokens"]
          as? [Int]
      }
      #expect(chosen.count == 3 && Set(chosen).count == 1, "\(outcome.errors)")
      let flag = try Program.run(asked + ["--chat", "a film"], in: folder)
      #expect(
        flag.lines[0].contains(try #require(chosen[0]).map(String.init).joined(separator: ",")))
      #expect(try answers(["a film"], in: folder)[0].tokens == chosen[0])
    }
  }

  @Test(
    arguments: [
      (nil, [], ["chat_template.jinja", "tokenizer_config.json"]),
      ("{% for %}", [], ["line 1"]), ("{{ messages | shuffle }}", [], ["shuffle"]),
      (template, ["--system", "no"], ["no orders"]),
      (template, ["--max-new-tokens", "0"], ["max_new_tokens 0 is below 1"]),
    ] as [(String?, [String], [String])])
  func `is refused where it cannot be written`(
    template: String?, flags: [String], complaints: [String]
  ) throws {
    try withModel(template: template) { folder in
      let outcome = try Program.run(["chat", "--model", "base", "a film"] + flags, in: folder)
      #expect(outcome.code == 2 && outcome.output.isEmpty)
      for complaint in complaints {
        #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
      }
    }
  }

  @Test func `ends where the model has no more room`() throws {
    try withModel { folder in
      let long = String(repeating: "a warm and funny comedy ", count: 12)
      let outcome = try Program.run(["chat", "--model", "base", long], in: folder)
      #expect(
        outcome.code == 2 && outcome.errors.contains("/new starts another"), "\(outcome.errors)")
    }
  }
}
