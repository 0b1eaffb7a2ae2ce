import ArgumentParser
import Foundation
import LanguageModels
import Tokenization
import Torch
import Training

struct ChatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat", abstract: "Talk with a model that has a chat template.",
    discussion: """
      What you say comes as arguments, which ask once, or as lines on standard input, which go on with one conversation. The \
      model's own template (chat_template.jinja, or chat_template in tokenizer_config.json) writes it as the model was taught. \
      Ctrl-C ends an answer, Ctrl-D the talk; a line of /new starts another one.

        rein chat --model Qwen2.5-0.5B-Instruct
        rein chat --model Qwen2.5-0.5B-Instruct --system "Answer in one word." "What is the capital of France?"
      """)

  @OptionGroup var place: ModelOptions

  @Argument(help: "What you say; without it, lines are read.")
  var words: [String] = []

  @Option(help: "What the model is told before everything else.")
  var system: String?

  @OptionGroup var drawing: SamplingOptions

  @Option(name: .customLong("max-new-tokens"), help: "Longest answer.")
  var maximumLength = 512

  @Flag(help: "Print one JSON object per answer.")
  var json = false

  func run() throws {
    let model = try place.load()
    let template = try ChatTemplate.load(from: model.tokenizerFolder)
    // An answer may be as long as the model has room for, if that is less than was asked for.
    let longest = min(maximumLength, model.policy.configuration.positionCount - 1)
    let sampling = try drawing.sampling(model.defaults, maximumLength: longest)
    var talk = Talk(start: system.map { [.system($0)] } ?? [])
    if !words.isEmpty {
      return try answer(words.joined(separator: " "), in: &talk, template, model, sampling)
    }
    let isTerminal = isatty(STDIN_FILENO) == 1 && !json
    while let line = nextLine(isTerminal: isTerminal) {
      switch line {
      case "": continue
      case "/new": talk.restart()
      default:
        do {
          try answer(line, in: &talk, template, model, sampling)
        } catch let problem as InputProblem where isTerminal {
          Console.complain("\(problem)")
        }
      }
    }
  }

  /// What has been said.
  private struct Talk {
    let start: [ChatMessage]
    var messages: [ChatMessage]
    var answers: UInt64 = 0

    init(start: [ChatMessage]) { (self.start, messages) = (start, start) }

    mutating func restart() { messages = start }
  }

  private func nextLine(isTerminal: Bool) -> String? {
    if isTerminal { Console.write(Data("> ".utf8)) }
    guard let line = readLine() else {
      if isTerminal { Console.print("") }
      return nil
    }
    return line.trimmingCharacters(in: .whitespaces)
  }

  private func answer(
    _ words: String, in talk: inout Talk, _ template: ChatTemplate, _ model: LoadedModel,
    _ sampling: Sampling
  ) throws {
    let messages = talk.messages + [.user(words)]
    let prompt = try model.tokenizer.encode(Conversation(messages), with: template)
    var sampling = sampling
    let room = model.policy.configuration.positionCount - prompt.count + 1
    guard room > 0 else {
      throw InputProblem(
        "the conversation has \(prompt.count) tokens, the model takes \(model.policy.configuration.positionCount): /new starts another"
      )
    }
    sampling.maximumLength = min(sampling.maximumLength, room)
    var text = TextStream(model.tokenizer, stopStrings: drawing.stop)
    let rollout = Interruption.whileListening {
      model.sampler(sampling).rollout(
        [prompt],
        drawing: .seeds([TokenDraws.seed(drawing.seed &+ talk.answers, prompt: prompt)])
      ) { _, token in
        show(text.append(token))
        return !text.isStopped && !Interruption.isRequested
      }
    }
    show(text.finish())
    talk.answers += 1
    talk.messages = messages + [.assistant(text.text)]
    guard json else { return Console.print("") }
    let completion = rollout.completions[0]
    try Console.printJSON([
      "role": "assistant", "content": text.text, "tokens": completion.tokens,
      "finish": completion.finish.rawValue,
    ])
  }

  private func show(_ text: String) {
    if !json { Console.write(Data(text.utf8)) }
  }
}
