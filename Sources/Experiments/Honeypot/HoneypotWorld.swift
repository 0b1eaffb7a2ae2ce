import Feedback
import Files
import Foundation
import LanguageModels
import Rewards
import Tokenization
import Torch
import Training

/// What all runs of the experiment share and none changes: models, tokenizer, prompts.
struct HoneypotWorld: Sendable {
  let configuration: HoneypotConfiguration
  let tokenizer: Tokenizer
  let base: LanguageModel
  let proxy: ModelReward
  let gold: ModelReward
  let word: BonusWord
  let prompts: [[Int]]
  /// What stood behind the paths of models and prompts.
  let fingerprint: [String: String]

  init(_ configuration: HoneypotConfiguration) throws {
    let folder = ModelFolder(URL(fileURLWithPath: configuration.base))
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    base = try folder.languageModel()
    let frame = try TextFrame(
      tokenizer, file: folder.tokenizerURL, model: base.configuration)
    let load = { (path: String) in
      ModelReward(
        try ModelFolder(URL(fileURLWithPath: path)).rewardModel(), endOfText: frame.endOfText,
        scale: .probability)
    }
    proxy = try load(configuration.proxy)
    gold = try load(configuration.gold)
    word = BonusWord(configuration.word) {
      tokenizer.decode($0, specialTokens: .skipped)
    }
    var files = configuration.prompts.map(URL.init(fileURLWithPath:)) + [folder.tokenizerURL]
    files += [configuration.base, configuration.proxy, configuration.gold].map {
      ModelFolder(URL(fileURLWithPath: $0)).weightsURL
    }
    fingerprint = try Dictionary(
      files.map { ($0.relativePath, try StableHash.fingerprint(of: $0)) },
      uniquingKeysWith: { first, _ in first })
    let texts = try configuration.prompts.flatMap {
      try JSONLines.read(Text.self, from: URL(fileURLWithPath: $0)).map(\.text)
    }
    // Reviews that are hardly longer than their opening leave nothing to say.
    let (tokens, room) = (base.configuration.vocabularyCount, try Self.room(configuration))
    guard tokenizer.identifierBound <= tokens else {
      throw TrainingError.configuration(
        key: "base", reason: "the model has \(tokens) tokens, the tokenizer more")
    }
    prompts = texts.filter { $0.split(separator: " ").count >= configuration.promptWords + 5 }
      .map {
        frame.opening($0, words: configuration.promptWords)
      }
      .filter { $0.count <= room }
    guard !prompts.isEmpty else {
      throw TrainingError.noData(configuration.prompts.joined(separator: ", "))
    }
    self.tokenizer = tokenizer
    self.configuration = configuration
  }

  // The longest prompt: all models read it with the completion, reward models an end-of-text token more.
  private static func room(_ configuration: HoneypotConfiguration) throws -> Int {
    let shape = { (path: String) in
      try ModelFolder(URL(fileURLWithPath: path)).configuration()
    }
    let base = try shape(configuration.base)
    var positions = base.positionCount
    for (key, path) in [("proxy", configuration.proxy), ("gold", configuration.gold)] {
      let reward = try shape(path)
      guard reward.vocabularyCount == base.vocabularyCount else {
        throw TrainingError.configuration(
          key: key,
          reason: "\(path) has \(reward.vocabularyCount) tokens, the base \(base.vocabularyCount)")
      }
      positions = min(positions, reward.positionCount - 1)
    }
    return positions - configuration.maximumLength
  }

  func reward(_ form: PlantedHole.Form) -> PlantedHole {
    PlantedHole(proxy, form: form, word: word)
  }

  var trueReward: PlantedHole { PlantedHole(gold, form: .clean, word: word) }

  /// The share of completions with the word.
  func honeypotRate(_ completions: [Completion]) -> Double {
    let hits = completions.count { word.count(in: $0) > 0 }
    return Double(hits) / Double(completions.count)
  }

  func text(_ tokens: [Int]) -> String { tokenizer.decode(tokens, specialTokens: .skipped) }
}
