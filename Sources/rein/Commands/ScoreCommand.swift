import ArgumentParser
import Foundation
import LanguageModels
import Tokenization
import Torch
import Training

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Log-probabilities, entropies, values or rewards of texts.",
    discussion: """
      JSON Lines on standard input (or in --input), each with `text` or `tokens`; one JSON object per line comes back, in order. \
      `text` is framed as in training: before it what the tokenizer puts there, behind it the end-of-text token; `tokens` are taken as they are. A language model answers \
      with `tokens`, and for every token after the first its log-probability and the entropy of the distribution it \
      stands in, with `values` where a critic lies beside the model; a reward model with `tokens` and `reward`.

        echo '{"text": "A warm and funny film."}' | rein score --model Models/base
      """)

  @OptionGroup var choice: ModelChoice

  @Option(help: "cpu, cuda, cuda:N or mps.")
  var device = "cpu"

  @Option(help: "A JSON Lines file; none reads standard input.")
  var input: String?

  @Option(help: "Divides the scores.")
  var temperature = 1.0

  @Flag(help: "JSON Lines, which is what comes out in any case.")
  var json = false

  func run() throws {
    guard temperature > 0 && temperature.isFinite else {
      throw InputProblem("--temperature \(temperature) is not above 0")
    }
    let place = try Device(named: device)
    let folder = choice.folder
    let isReward = try choice.isRewardModel()
    let configuration = try folder.configuration()
    let rows = try ScoreRows(folder, configuration, name: input ?? "standard input")
    let scorer: ([[Int]]) throws -> [[String: Any]]
    if isReward {
      let reward = try choice.rewardModel(device: place)
      guard !reward.isPerToken else {
        throw InputProblem(
          "\(folder.url.path) was trained on marks and scores single tokens, not texts; name it as reward.model of rein ppo"
        )
      }
      scorer = { texts in
        zip(texts, reward.scores(texts)).map { ["tokens": $0, "reward": $1] }
      }
    } else {
      scorer = try languageModelScorer(on: place)
    }
    let text = try readInput()
    guard !text.allSatisfy(\.isWhitespace) else {
      throw InputProblem("\(input ?? "standard input"): holds no lines to score")
    }
    // A few lines at a time, so that a long file streams.
    var waiting: [[Int]] = []
    func flush() throws {
      guard !waiting.isEmpty else { return }
      for fields in try scorer(waiting) { try Console.printJSON(fields) }
      waiting = []
    }
    for (number, line) in text.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }
    )
    .enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      do {
        waiting.append(try rows.tokens(of: String(line), line: number + 1))
      } catch {
        try flush()
        throw error
      }
      if waiting.count == 32 { try flush() }
    }
    try flush()
  }

  private func readInput() throws -> String {
    guard let input else {
      return String(decoding: try Console.readInput(), as: UTF8.self)
    }
    do {
      return try String(contentsOfFile: input, encoding: .utf8)
    } catch {
      throw InputProblem("\(input): cannot be read: \(error.localizedDescription)")
    }
  }

  private func languageModelScorer(on device: Device) throws -> ([[Int]]) -> [[String: Any]] {
    let policy = try choice.languageModel(device: device)
    let critic = try choice.critic(device: device)
    return { texts in
      let layout = ResponseLayout(
        texts.map { Completion(prompt: [$0[0]], tokens: Array($0[1...]), finish: .length) },
        device: device)
      let (statistics, hidden) = policy.statistics(layout, temperature: temperature)
      let logs = statistics.logProbabilities.doubles
      let entropies = statistics.entropies.doubles
      let values = critic?.estimates(layout, hidden: hidden).values.doubles
      var place = 0
      return texts.map { tokens in
        let range = place..<place + tokens.count - 1
        place = range.upperBound
        var fields: [String: Any] = [
          "tokens": tokens, "log_probabilities": Array(logs[range]),
          "entropies": Array(entropies[range]),
        ]
        if let values { fields["values"] = Array(values[range]) }
        return fields
      }
    }
  }
}

/// Lines of input to token sequences that the model can take.
private struct ScoreRows {
  private let frame: TextFrame?
  private let configuration: DecoderConfiguration
  private let name: String

  init(_ folder: ModelFolder, _ configuration: DecoderConfiguration, name: String) throws {
    let exists = FileManager.default.fileExists(atPath: folder.tokenizerURL.path)
    frame =
      exists
      ? try TextFrame(
        Tokenizer.load(from: folder.tokenizerURL), file: folder.tokenizerURL, model: configuration)
      : nil
    self.configuration = configuration
    self.name = name
  }

  func tokens(of line: String, line number: Int) throws -> [Int] {
    let place = "\(name), line \(number)"
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
      let fields = object as? [String: Any]
    else { throw InputProblem("\(place): not a JSON object") }
    let tokens: [Int]
    if let given = fields["tokens"] {
      guard let list = given as? [Int] else {
        throw InputProblem("\(place): `tokens` is not a list of whole numbers")
      }
      tokens = list
    } else if let given = fields["text"] {
      guard let text = given as? String else {
        throw InputProblem("\(place): `text` is not a string")
      }
      guard let frame else {
        throw InputProblem(
          "\(place): `text` needs a tokenizer.json beside the model; give `tokens`")
      }
      tokens = frame.framed(text)
    } else {
      throw InputProblem("\(place): has neither `text` nor `tokens`")
    }
    guard tokens.count >= 2 else { throw InputProblem("\(place): needs at least two tokens") }
    guard tokens.count <= configuration.positionCount else {
      throw InputProblem(
        "\(place): \(tokens.count) tokens; the model takes \(configuration.positionCount)")
    }
    if let bad = tokens.first(where: { $0 < 0 || $0 >= configuration.vocabularyCount }) {
      throw InputProblem("\(place): the model has no token \(bad)")
    }
    return tokens
  }
}
