import ArgumentParser
import Foundation
import LanguageModels
import Tokenization
import Torch
import Training

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Draw completions from a language model.",
    discussion: """
      Prompts come as arguments, as lines on standard input (--stdin), or as JSON Lines with `prompt`, a text or a list of \
      token ids, or `messages`, a conversation (--input). With --chat, texts are what a user says to a model with a chat template. With none at all the model starts from nothing. Text becomes tokens as tokenizer.json says, \
      special tokens in front included. An answer depends on its prompt and its seed, not on what else is asked.

        rein generate --model Models/base --samples 3 "The film is"
        rein generate --model Models/base --input prompts.jsonl > answers.jsonl
        rein generate --model runs/first/model --kl-base Models/base --kl-budget 10 --json "The film is"

      On a --kl-budget every token is drawn from the mixture of model and base that its answer can still afford; JSON then has \
      `kl`, the nats of every token's distribution from the base's, `spent` and `budget`.
      """)

  @OptionGroup var place: ModelOptions

  @Argument(help: "Prompts.")
  var prompts: [String] = []

  @Option(help: "A JSON Lines file with `prompt`, and `seed` if you like; - reads standard input.")
  var input: String?

  @Flag(name: .customLong("stdin"), help: "Read prompts from standard input, one a line.")
  var fromStandardInput = false

  @Flag(help: "Put prompts to the model as a user's messages, by its chat template.")
  var chat = false

  @Option(help: "Completions for each prompt.")
  var samples = 1

  @OptionGroup var drawing: SamplingOptions

  @OptionGroup var holding: BudgetOptions

  @Option(name: .customLong("max-new-tokens"), help: "Longest completion.")
  var maximumLength = 40

  @Option(name: .customLong("min-new-tokens"), help: "Shortest completion.")
  var minimumLength = 0

  @Option(help: "How many completions are written side by side.")
  var batch = 64

  @Flag(
    name: .customLong("log-probabilities"),
    help: "With every token its log-probability, as it was drawn: implies --json.")
  var showsLogProbabilities = false

  @Flag(help: "Print one JSON object per completion; --input always does.")
  var json = false

  private var printsJSON: Bool { json || input != nil || showsLogProbabilities }

  func run() throws {
    for (name, value) in [("samples", samples), ("batch", batch)] where value < 1 {
      throw InputProblem("--\(name) \(value) is below 1")
    }
    let model = try place.load()
    let sampling = try drawing.sampling(
      model.defaults, maximumLength: maximumLength, minimumLength: minimumLength)
    let restraint = try holding.restraint(on: model, sampling, place)
    if restraint == nil, FileManager.default.fileExists(atPath: model.folder.budgetURL.path) {
      Console().note(
        "this policy was trained on a KL budget: without --kl-budget and --kl-base it answers in a way that no training has seen"
      )
    }
    let sampler = model.sampler(sampling, restraint: restraint)
    let requests = try requests(model, longest: model.longestPrompt(sampling))
    if requests.count == 1 && !printsJSON && isatty(STDOUT_FILENO) == 1 {
      stream(requests[0], model, sampler)
      return
    }
    let total = requests.count
    try Console().watching(unit: "completions") { show in
      for start in stride(from: 0, to: total, by: batch) {
        let chosen = requests[start..<min(start + batch, total)]
        try answer(Array(chosen), model, sampler)
        // On a terminal the results themselves show how far the work is.
        if isatty(STDOUT_FILENO) == 0 { show(min(start + batch, total), total) }
      }
    }
  }

  private struct Request {
    var prompt: PromptRow.Content
    var tokens: [Int]
    var seed: UInt64
  }

  private func requests(_ model: LoadedModel, longest: Int) throws -> [Request] {
    var template: ChatTemplate?
    let encode = { (conversation: Conversation) in
      let found = try template ?? ChatTemplate.load(from: model.tokenizerFolder)
      template = found
      return try model.tokenizer.encode(conversation, with: found)
    }
    return try rows().flatMap { row in
      let tokens: [Int]
      switch row.content {
      case .text(let text):
        tokens = chat ? try encode(Conversation([.user(text)])) : model.frame.opening(text)
      case .tokens(let given): tokens = given
      case .conversation(let conversation, _): tokens = try encode(conversation)
      }
      if let bad = tokens.first(where: {
        !(0..<model.policy.configuration.vocabularyCount).contains($0)
      }) {
        throw InputProblem("\(row.content): the model has no token \(bad)")
      }
      guard tokens.count <= longest else {
        throw InputProblem(
          "the prompt \(row.content) has \(tokens.count) tokens: with \(maximumLength) new ones the model takes \(longest)"
        )
      }
      let first = row.seed ?? drawing.seed
      return (0..<UInt64(samples)).map {
        Request(prompt: row.content, tokens: tokens, seed: first &+ $0)
      }
    }
  }

  private func rows() throws -> [PromptRow] {
    var rows = prompts.map { PromptRow(content: .text($0)) }
    if fromStandardInput {
      while let line = readLine() { rows.append(PromptRow(content: .text(line))) }
      guard !rows.isEmpty else { throw InputProblem("there are no prompts on standard input") }
    }
    if let input { rows += try PromptRow.read(input) }
    return rows.isEmpty ? [PromptRow(content: .text(""))] : rows
  }

  private func answer(_ requests: [Request], _ model: LoadedModel, _ sampler: Sampler) throws {
    // Strings that end an answer are looked for as it grows, so that no more is written than is needed.
    var streams = requests.map { _ in TextStream(model.tokenizer, stopStrings: drawing.stop) }
    let rollout = sampler.rollout(
      requests.map(\.tokens), drawing: draws(requests),
      while: drawing.stop.isEmpty
        ? nil
        : { row, token in
          _ = streams[row].append(token)
          return !streams[row].isStopped
        })
    // What is known of every token, completion by completion.
    var start = 0
    let logProbabilities = showsLogProbabilities ? rollout.logProbabilities.doubles : []
    let divergences = rollout.spending?.divergences.doubles ?? []
    let costs = rollout.spending?.costs.doubles ?? []
    for (request, completion) in zip(requests, rollout.completions) {
      var text = TextStream(model.tokenizer, stopStrings: drawing.stop)
      for token in completion.text { _ = text.append(token) }
      _ = text.finish()
      let places = start..<start + completion.tokens.count
      start = places.upperBound
      var details: [String: Any] = [:]
      if showsLogProbabilities { details["log_probabilities"] = Array(logProbabilities[places]) }
      if let nats = holding.nats {
        details["kl"] = Array(divergences[places])
        details["spent"] = costs[places].reduce(0, +)
        details["budget"] = nats
      }
      try show(request, completion, text.text, details)
    }
  }

  private func draws(_ requests: [Request]) -> TokenDraws {
    .seeds(requests.map { TokenDraws.seed($0.seed, prompt: $0.tokens) })
  }

  private func show(
    _ request: Request, _ completion: Completion, _ text: String, _ details: [String: Any]
  ) throws {
    guard printsJSON else {
      if case .text(let prompt) = request.prompt, !chat { return Console.print(prompt + text) }
      return Console.print(text)
    }
    var fields: [String: Any] = [
      "completion": text, "tokens": completion.tokens, "finish": completion.finish.rawValue,
      "seed": request.seed,
    ]
    switch request.prompt {
    case .text(let prompt): fields["prompt"] = prompt
    case .tokens(let tokens): fields["prompt"] = tokens
    case .conversation(_, let messages): fields["prompt"] = messages
    }
    try Console.printJSON(fields.merging(details) { $1 })
  }

  // One answer appears as it is written.
  private func stream(_ request: Request, _ model: LoadedModel, _ sampler: Sampler) {
    if case .text(let prompt) = request.prompt, !chat { Console.write(Data(prompt.utf8)) }
    var text = TextStream(model.tokenizer, stopStrings: drawing.stop)
    _ = sampler.rollout([request.tokens], drawing: draws([request])) { _, token in
      Console.write(Data(text.append(token).utf8))
      return !text.isStopped
    }
    Console.write(Data((text.finish() + "\n").utf8))
  }
}

extension PromptRow.Content: CustomStringConvertible {
  /// The beginning of it, for messages.
  var description: String {
    switch self {
    case .text(let text): text.count > 40 ? "'\(text.prefix(40))…'" : "'\(text)'"
    case .conversation(let talk, _): "of \(talk.messages.count) messages"
    case .tokens(let tokens): tokens.count > 8 ? "\(tokens.prefix(8))…" : "\(tokens)"
    }
  }
}
