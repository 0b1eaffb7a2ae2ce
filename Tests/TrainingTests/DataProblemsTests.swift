import Feedback
import Foundation
import LanguageModels
import TensorTestSupport
import Testing
import Tokenization
import Training

@Suite struct `Rows that are well-formed` {
  private static let template = """
    {% for message in messages %}{% if message.content == 'no' %}{{ raise_exception('not that') }}{% endif %}\
    <{{ message.role }}>{{ message.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}
    """

  /// A preparation with a template, and a file of lines.
  private func files(
    _ lines: [String], template: String? = template,
    _ body: (DataPreparation, String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "tokenizer.json")
      try Tiny.tokenizer().save(to: file)
      if let template {
        try Data(template.utf8).write(to: folder.appending(path: "chat_template.jinja"))
      }
      let rows = folder.appending(path: "rows.jsonl")
      try Data(lines.joined(separator: "\n").utf8).write(to: rows)
      let frame = try TextFrame(Tiny.tokenizer(), file: file)
      try body(DataPreparation(frame, templateIn: folder), rows.path)
    }
  }

  private func message(_ words: String, _ role: String = "user") -> String {
    "{\"role\": \"\(role)\", \"content\": \"\(words)\"}"
  }

  private func problem(_ body: () throws -> Void) throws -> String {
    "\(try #require(throws: (any Error).self, performing: body))"
  }

  private static let text = "{\"text\": \"a film\"}"

  @Test func `are refused with file and line where the model has no template`() throws {
    let line = "{\"messages\": [\(message("a film")), \(message("slow", "assistant"))]}"
    try files([Self.text, line], template: nil) { data, path in
      let error = try problem { _ = try data.supervised([path], longest: 40) }
      #expect(error.hasPrefix("\(path):2: there is no chat template: looked for "), "\(error)")
      #expect(error.contains("chat_template.jinja"))
    }
    // Text needs none.
    try files([Self.text], template: nil) { data, path in
      let found = try data.supervised([path], longest: 40)
      #expect(found.examples.count == 1)
    }
  }

  @Test func `are refused with file and line where the template refuses them`() throws {
    let answers =
      "\"chosen\": [\(message("a", "assistant"))], \"rejected\": [\(message("b", "assistant"))]"
    let good = "{\"prompt\": [\(message("yes"))], \(answers)}"
    let bad = "{\"prompt\": [\(message("no"))], \(answers)}"
    let ends = { (path: String, error: String) in
      error.hasPrefix("\(path):2: chat template") && error.contains("not that")
    }
    try files([good, bad]) { data, path in
      let comparisons = try problem { _ = try data.comparisons([path], longest: 40) }
      let preferences = try problem { _ = try data.preferences([path], longest: 40) }
      let prompts = try problem { _ = try data.prompts([path], words: nil, longest: 40) }
      for error in [comparisons, preferences, prompts] { #expect(ends(path, error), "\(error)") }
    }
    let row = { (words: String) in
      "{\"messages\": [\(message(words)), \(message("a", "assistant"))]}"
    }
    try files([row("yes"), row("no")]) { data, path in
      let error = try problem { _ = try data.supervised([path], longest: 40) }
      #expect(ends(path, error), "\(error)")
    }
  }

  @Test func `are refused where answers differ in nothing that the template writes`() throws {
    let field = { (value: Int) in
      "[{\"role\": \"assistant\", \"content\": \"a\", \"score\": \(value)}]"
    }
    let line =
      "{\"prompt\": [\(message("yes"))], \"chosen\": \(field(1)), \"rejected\": \(field(2))}"
    try files([line]) { data, path in
      let error = try problem { _ = try data.comparisons([path], longest: 40) }
      #expect(error.hasPrefix("\(path):1: ") && error.contains("once they are tokens"))
    }
  }

  @Test func `are refused where the template begins otherwise once an answer follows`() throws {
    let template =
      "{{ messages | length }}{% for message in messages %}{{ message.content }}{% endfor %}"
    let answers =
      "\"chosen\": [\(message("a", "assistant"))], \"rejected\": [\(message("b", "assistant"))]"
    try files(["{\"prompt\": [\(message("yes"))], \(answers)}"], template: template) { data, path in
      let error = try problem { _ = try data.comparisons([path], longest: 40) }
      #expect(error.hasPrefix("\(path):1: ") && error.contains("so there is no prompt"))
    }
  }

  @Test func `are refused where words of messages are asked for`() throws {
    try files([Self.text, "{\"prompt\": [\(message("yes"))]}"]) { data, path in
      let error = try problem { _ = try data.prompts([path], words: 2, longest: 40) }
      #expect(error.hasPrefix("\(path):2: ") && error.contains("`prompt_words`"))
      let found = try data.prompts([path], words: nil, longest: 40)
      #expect(found.examples.count == 2)
    }
  }

  @Test func `are refused where ratings and pairs meet, with the place`() throws {
    let lines = ["{\"text\": \"a\", \"ratings\": [1]}", "{\"chosen\": \"a\", \"rejected\": \"b\"}"]
    try files(lines) { data, path in
      let error = try problem { _ = try data.preferences([path], longest: 40) }
      #expect(error.hasPrefix("train: ") && error.contains("\(path):2"), "\(error)")
    }
  }

  @Test func `are counted where there is no room for them, and an error where none is left`() throws
  {
    let long = Tiny.texts.joined(separator: " ")
    try files([Self.text, "{\"text\": \"\(long)\"}"]) { data, path in
      let found = try data.prompts([path], words: nil, longest: 6)
      #expect(found.examples.count == 1)
      let note = try #require(found.note)
      #expect(note.hasPrefix("1 row is left out; the first: \(path):2: the prompt has "), "\(note)")
      let all = try data.prompts([path], words: nil, longest: 400)
      #expect(all.note == nil)
      let error = try problem { _ = try data.prompts([path], words: nil, longest: 0) }
      #expect(error.hasPrefix("\(path):1: "))
    }
  }

  // As Qwen3's template leaves out what it thought in earlier turns.
  @Test func `are learned turn by turn where the template rewrites earlier turns`() throws {
    let template = """
      {% for message in messages %}<{{ message.role }}>{% if message.role == 'assistant' and loop.last %}thought {% endif %}\
      {{ message.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}
      """
    let turns = [
      message("one"), message("two", "assistant"), message("three"), message("four", "assistant"),
    ]
    try files(["{\"messages\": [\(turns.joined(separator: ", "))]}"], template: template) {
      data, path in
      let examples = try data.supervised([path], longest: 200).examples
      let tokenizer = try Tiny.tokenizer()
      #expect(
        examples.map { tokenizer.decode($0.prompt) } == [
          "<user>one<assistant>", "<user>one<assistant>two<user>three<assistant>",
        ])
      #expect(examples.map { tokenizer.decode($0.completion) } == ["thought two", "thought four"])
      #expect(examples.map(\.byteCount) == [11, 12])
    }
  }

  @Test func `of conversations are learned where the assistant speaks, up to its last word`() throws
  {
    let turns = [
      message("one"), message("two", "assistant"), message("three"), message("four", "assistant"),
      message("five"),
    ]
    try files(["{\"messages\": [\(turns.joined(separator: ", "))]}"]) { data, path in
      let example = try #require(data.supervised([path], longest: 200).examples.first)
      let tokenizer = try Tiny.tokenizer()
      #expect(tokenizer.decode(example.prompt) == "<user>one<assistant>")
      #expect(tokenizer.decode(example.completion) == "two<user>three<assistant>four")
      let mask = try #require(example.isLearned)
      let learned = zip(example.completion, mask).filter(\.1).map(\.0)
      #expect(tokenizer.decode(learned) == "twofour" && example.byteCount == 7)
    }
  }

  @Test func `lie in Examples, a file of each format`() throws {
    let model = try #require(PeerData.load().models["llama3"])
    let data = try model.preparation("llama3")
    let names = try FileManager.default.contentsOfDirectory(atPath: PeerData.examples.path)
      .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(".jsonl".count)) }
    var read: [String] = []
    for name in names {
      let files = [try PeerData.file(name)]
      let count: Int
      switch name.split(separator: "-")[0] {
      case "text", "messages", "completion":
        count = try data.supervised(files, longest: 200).examples.count
      case "prompt": count = try data.prompts(files, words: nil, longest: 200).examples.count
      case "preference": count = try data.comparisons(files, longest: 200).examples.count
      case "ratings":
        guard case .rated(let texts) = try data.preferences(files, longest: 200) else { continue }
        count = texts.count
      default: continue
      }
      #expect(count == 2, "\(name)")
      read.append(name)
    }
    #expect(
      read.sorted() == [
        "completion", "completion-messages", "messages", "preference", "preference-implicit",
        "preference-implicit-messages", "preference-messages", "prompt", "prompt-messages",
        "ratings", "text",
      ])
  }
}
