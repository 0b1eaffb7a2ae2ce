import Foundation
import Testing

@testable import Tokenization

@Suite struct `Chat templates` {
  @Test func `each construct gives what Jinja2 gives`() throws {
    let golden = try GoldenChat.load()
    #expect(golden.constructs.count > 700)
    for construct in golden.constructs where !Self.refused.contains(construct.template) {
      let comment = Comment(rawValue: construct.template)
      do throws(ChatTemplateError) {
        let text = try golden.render(construct.template)
        #expect(construct.text.map(ExactText.init) == ExactText(text), comment)
      } catch {
        if case .raised(let words) = error.problem {
          #expect(construct.error == words, comment)
        } else {
          #expect(construct.error == "", "\(construct.template): \(error)")
        }
      }
    }
  }

  /// What Jinja2 does and we do not, by the words that say so.
  static let refused = [
    "{% raw %}", "{{ letters.items }}", "{{ ''.join }}", "{{ letters|attr('a') }}", "{{ self }}",
  ]

  @Test(arguments: refused) func `what is not supported is refused`(template: String) throws {
    let golden = try GoldenChat.load()
    #expect(golden.constructs.contains { $0.template == template && $0.text != nil })
    #expect {
      try golden.render(template)
    } throws: { error in
      String(describing: error).hasPrefix("chat template, line 1: ")
    }
  }

  static let models = [
    "llama2", "mistral-v0", "mistral-v1", "mistral-v3", "mistral-nemo", "zephyr", "chatml", "qwen2",
    "qwen2-5",
    "qwen2-5-training", "qwen3", "qwen3-training", "llama3", "llama3-1", "llama3-2",
    "llama3-training",
  ]

  @Test(arguments: models) func `published templates give what transformers gives`(name: String)
    throws
  {
    let golden = try GoldenChat.load()
    #expect(golden.models.count == Self.models.count)
    let model = try #require(golden.models[name])
    for item in model.cases {
      let comment = Comment(rawValue: "\(item.conversation), \(item.ending)")
      let conversation = try golden.conversation(item)
      do throws(ChatTemplateError) {
        let text = try model.template.render(conversation, ending: item.ending)
        #expect(item.text.map(ExactText.init) == ExactText(text), comment)
      } catch {
        if case .raised(let words) = error.problem {
          #expect(item.error == words, comment)
        } else {
          #expect(item.error == "", "\(item.conversation), \(item.ending): \(error)")
        }
      }
    }
  }
}
