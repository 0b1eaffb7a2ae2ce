import Foundation
import Testing

@testable import Tokenization

/// The tokens of conversations, and which of them are the assistant's.
@Suite struct `Assistant masks` {
  private static func ranges(_ mask: [Bool]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for (place, isSet) in mask.enumerated() where isSet {
      if let last = ranges.last, last.upperBound == place {
        ranges[ranges.count - 1] = last.lowerBound..<place + 1
      } else {
        ranges.append(place..<place + 1)
      }
    }
    return ranges
  }

  @Test(arguments: `Chat templates`.models) func `identifiers and masks are those of transformers`(
    name: String
  ) throws {
    let golden = try GoldenChat.load()
    let model = try #require(golden.models[name])
    let tokenizer = try GoldenTokenization.tokenizer(model.tokenizer)
    var maskCount = 0
    for item in model.cases {
      guard let ids = item.ids else { continue }
      let comment = Comment(rawValue: item.conversation)
      let conversation = try golden.conversation(item)
      #expect(
        try tokenizer.encode(conversation, with: model.template, ending: .complete) == ids, comment)
      do throws(ChatTemplateError) {
        let encoded = try tokenizer.encodeForTraining(conversation, with: model.template)
        #expect(encoded.ids == ids, comment)
        #expect(Self.ranges(encoded.assistantMask) == item.mask, comment)
        maskCount += 1
      } catch {
        #expect(item.mask == nil, "\(item.conversation): \(error)")
        #expect("\(error)".contains("messages["))
      }
    }
    #expect(maskCount > 2)
  }

  @Test func `a template that rewrites earlier turns has masks turn by turn`() throws {
    let golden = try GoldenChat.load()
    let model = try #require(golden.models["qwen3"])
    let tokenizer = try GoldenTokenization.tokenizer(model.tokenizer)
    let conversation = Conversation(try #require(golden.conversations["reasoning field"]))
    #expect {
      try tokenizer.encodeForTraining(conversation, with: model.template)
    } throws: { error in
      "\(error)".contains("messages[1]") && "\(error)".contains("encode each turn by itself")
    }
    let turns = try tokenizer.encodeTurns(of: conversation, with: model.template)
    let said = turns.map { turn in
      tokenizer.decode(zip(turn.ids, turn.assistantMask).filter(\.1).map(\.0))
    }
    #expect(
      said == [
        "<think>\nTwo and two.\n</think>\n\n4<|im_end|>\n",
        "<think>\nThree.\n</think>\n\n6<|im_end|>\n",
      ])
    for (turn, count) in zip(turns, [1, 3]) {
      // What goes before is what the model is asked with.
      var asked = conversation
      asked.messages = Array(conversation.messages.prefix(count))
      let prompt = try tokenizer.encode(asked, with: model.template)
      #expect(turn.ids.starts(with: prompt))
      #expect(turn.assistantMask.firstIndex(of: true) == prompt.count)
    }
  }

  @Test func `the last turn alone is marked on demand, with blocks and without`() throws {
    let golden = try GoldenChat.load()
    let conversation = Conversation(try #require(golden.conversations["several turns"]))
    for (name, said) in [
      ("qwen2-5-training", "\nNow we mill.<|im_end|>\n"), ("chatml", "Now we mill.<|im_end|>\n"),
    ] {
      let model = try #require(golden.models[name])
      let tokenizer = try GoldenTokenization.tokenizer(model.tokenizer)
      let encoded = try tokenizer.encodeForTraining(
        conversation, with: model.template, turns: .last)
      let text = tokenizer.decode(zip(encoded.ids, encoded.assistantMask).filter(\.1).map(\.0))
      #expect(said.hasSuffix(text) && text.hasPrefix("Now"), "\(name): \(text)")
      let all = try tokenizer.encodeForTraining(conversation, with: model.template)
      #expect(all.assistantMask.count { $0 } > encoded.assistantMask.count { $0 })
    }
  }

  @Test func `a token belongs to the assistant where any of its bytes does`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    // “ the” is one token, inside of which the block begins; “磨” is several.
    let template = try ChatTemplate(" t{% generation %}he 磨{% endgeneration %}!")
    #expect(tokenizer.encode(" the").count == 1 && tokenizer.encode("磨").count > 1)
    let encoded = try tokenizer.encodeForTraining(Conversation([.user("")]), with: template)
    let said = tokenizer.decode(zip(encoded.ids, encoded.assistantMask).filter(\.1).map(\.0))
    #expect(said == " the 磨")
  }

  @Test func `a block inside of a macro has no place`() throws {
    let template = try ChatTemplate(
      "{% macro m(x) %}{% generation %}{{ x }}{% endgeneration %}{% endmacro %}\n{{ m('a') }}")
    let conversation = Conversation([.user("")])
    #expect(try template.render(conversation) == "a")
    let tokenizer = try GoldenTokenization.tokenizer()
    #expect {
      try tokenizer.encodeForTraining(conversation, with: template)
    } throws: { error in
      (error as? ChatTemplateError)?.line == 1 && "\(error)".contains("inside of a macro")
    }
  }
}

@Suite struct `Places of tokens` {
  static let names = [
    "trained", "prefix-space", "qwen2", "llama3", "llama2", "mistral", "unknowns", "added-tokens",
    "chat-qwen2",
  ]

  @Test(arguments: names) func `tokens are those of encoding, and cover the text in order`(
    name: String
  ) throws {
    let tokenizer = try GoldenTokenization.tokenizer(name)
    var generator = SplitMix(seed: 11)
    for _ in 0..<200 {
      let text = HostileText.text(using: &generator)
      let tokens = tokenizer.placedTokens(of: text)
      #expect(tokens.map(\.id) == tokenizer.encode(text), "\(text.debugDescription)")
      var end = 0
      for token in tokens {
        // Nothing is left out, and what overlaps is one character that was composed or one piece.
        #expect(token.range.lowerBound <= end)
        #expect(token.range.upperBound >= end)
        end = token.range.upperBound
      }
      #expect(end == text.utf8.count || tokens.isEmpty, "\(text.debugDescription)")
    }
  }

  @Test func `places are those of the text before it was normalized`() throws {
    let qwen = try GoldenTokenization.tokenizer("qwen2")
    let composed = "x e\u{301}y"
    let places = qwen.placedTokens(of: composed)
    #expect(places.allSatisfy { $0.range.lowerBound != 3 && $0.range.lowerBound != 4 })
    #expect(places.last?.range == 5..<6)
    let llama = try GoldenTokenization.tokenizer("llama2")
    let words = llama.placedTokens(of: "</s>a")
    #expect(words.first?.range == 0..<4)
    #expect(words.last?.range.upperBound == 5)
  }
}
