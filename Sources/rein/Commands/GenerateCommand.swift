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
      Prompts come as arguments, or as lines on standard input; with none at all the model starts from nothing.

        rein generate --model Models/base --samples 3 "The film is"
      """)

  @OptionGroup var choice: ModelChoice

  @Argument(help: "Prompts.")
  var prompts: [String] = []

  @Flag(name: .customLong("stdin"), help: "Read prompts from standard input, one a line.")
  var fromStandardInput = false

  @Option(help: "Completions for each prompt.")
  var samples = 1

  @Option(help: "Divides the scores; 0 takes the most probable token.")
  var temperature = 0.7

  @Option(
    name: .customLong("top-k"), help: "Draw among this many most probable tokens; 0 among all.")
  var topK = 0

  @Option(
    name: .customLong("top-p"),
    help: "Draw among the fewest tokens whose probabilities reach this sum.")
  var topP = 1.0

  @Option(name: .customLong("max-new-tokens"), help: "Longest completion.")
  var maximumLength = 40

  @Option(help: "Decides the draws.")
  var seed: UInt64 = 0

  @Option(help: "cpu, cuda, cuda:N or mps.")
  var device = "cpu"

  @Flag(help: "Print one JSON object per completion.")
  var json = false

  func run() throws {
    let sampling = Sampling(
      temperature: temperature, topK: topK, topP: topP, maximumLength: maximumLength)
    if let problem = sampling.problem { throw InputProblem(problem) }
    guard samples > 0 else { throw InputProblem("--samples \(samples) is below 1") }
    let folder = choice.folder
    let place = try Device(named: device)
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    let policy = try choice.languageModel(device: place)
    guard
      let start = policy.configuration.beginningOfTextToken ?? policy.configuration.endOfTextToken
    else {
      throw InputProblem(
        "\(folder.configurationURL.relativePath) names no token to start a text with")
    }
    guard tokenizer.identifierBound <= policy.configuration.vocabularyCount else {
      throw InputProblem(
        "\(folder.tokenizerURL.relativePath) has tokens up to \(tokenizer.identifierBound - 1), the model \(policy.configuration.vocabularyCount) in all"
      )
    }
    let texts = try allPrompts()
    let encoded = texts.map { [start] + tokenizer.encode($0) }
    let longest = policy.configuration.positionCount - maximumLength + 1
    if let long = zip(texts, encoded).first(where: { $0.1.count > longest }) {
      throw InputProblem(
        "the prompt '\(long.0.prefix(40))…' has \(long.1.count) tokens: with \(maximumLength) new ones the model takes \(longest)"
      )
    }
    let sampler = Sampler(policy, sampling, stopToken: policy.configuration.endOfTextToken)
    let generator = Generator(seed: seed, device: place)
    // A few rows at a time, however many samples of how many prompts there are.
    let count = texts.count * samples
    for start in stride(from: 0, to: count, by: 64) {
      let rows = start..<min(start + 64, count)
      let rollout = sampler.rollout(rows.map { encoded[$0 / samples] }, using: generator)
      for (row, completion) in zip(rows, rollout.completions) {
        try show(texts[row / samples], completion, tokenizer)
      }
    }
  }

  private func allPrompts() throws -> [String] {
    guard fromStandardInput else { return prompts.isEmpty ? [""] : prompts }
    var lines: [String] = prompts
    while let line = readLine() { lines.append(line) }
    guard !lines.isEmpty else { throw InputProblem("there are no prompts on standard input") }
    return lines
  }

  private func show(_ prompt: String, _ completion: Completion, _ tokenizer: Tokenizer) throws {
    let text = tokenizer.decode(completion.text, specialTokens: .skipped)
    if json {
      try Console.printJSON([
        "prompt": prompt, "completion": text, "tokens": completion.tokens,
        "finish": completion.finish.rawValue,
      ])
    } else {
      Console.print(prompt + text)
    }
  }
}
