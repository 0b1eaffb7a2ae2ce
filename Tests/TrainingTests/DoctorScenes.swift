import Foundation
import LanguageModels
import NeuralNetworks
import Rewards
import TensorTestSupport
import Tokenization
import Torch
import Training

/// Scenes for the doctor, on tiny models with nothing wrong.
enum DoctorScene {
  /// A shape in which many tokens end a text, so that untrained models end theirs.
  static func shape() throws -> DecoderConfiguration {
    var shape = try Tiny.textShape()
    shape.otherEndOfTextTokens = Array(100..<160)
    shape.paddingToken = 1
    return shape
  }

  /// A scene with nothing wrong, changed at will before completions are drawn.
  static func healthy(
    _ preset: Method.Preset = .ppoKL, shape: DecoderConfiguration? = nil, lora: LoRA? = nil,
    tokenizer: Tokenizer? = nil, _ change: (inout PolicyConfiguration) -> Void = { _ in }
  ) throws -> PolicyScene {
    let tokenizer = try tokenizer ?? Tiny.tokenizer()
    let shape = try shape ?? self.shape()
    var policy = try Tiny.language(shape)
    if let lora { policy = try policy.adapted(by: lora, using: Generator(seed: 3)) }
    let frame = try TextFrame(
      tokenizer, file: URL(fileURLWithPath: "tokenizer.json"), model: shape)
    var judge = try Tiny.reward(Tiny.textShape())
    judge.normalization = .init(mean: 0.1, deviation: 0.9)
    var configuration = PolicyConfiguration(preset)
    configuration.sampling = Sampling(temperature: 0.9, maximumLength: 16)
    change(&configuration)
    return try PolicyScene(
      configuration,
      .init(
        policy: policy, reference: lora == nil ? policy.copy() : policy.base,
        isReferenceThePolicy: true, frame: frame,
        prompts: Tiny.texts.enumerated().map { frame.opening($1, words: 1 + $0 % 3) },
        reward: ModelReward(judge, endOfText: frame.endOfText),
        rewardModels: [RewardReader(key: "reward.model", judge)],
        neighbours: [
          .init(
            key: "reward.model", vocabularyCount: shape.vocabularyCount, tokenizer: tokenizer)
        ]),
      seed: 5)
  }

  /// The tokenizer with a second token before every text.
  static func doublingTokenizer() throws -> Tokenizer {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "tokenizer.json")
      try Tiny.tokenizer().save(to: file)
      var fields =
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
      var processor = fields["post_processor"] as? [String: Any] ?? [:]
      let single = processor["single"] as? [Any] ?? []
      processor["single"] = Array(single.prefix(1)) + single
      fields["post_processor"] = processor
      try JSONSerialization.data(withJSONObject: fields).write(to: file)
      return try Tokenizer.load(from: file)
    }
  }
}

/// A fault that is put into a scene, and the only check that may see it.
struct Fault: Sendable, CustomStringConvertible {
  var description: String
  var check: String
  var status: Finding.Status
  var scene: @Sendable () throws -> PolicyScene

  init(
    _ description: String, seenBy check: String, as status: Finding.Status = .failed,
    in scene: @escaping @Sendable () throws -> PolicyScene
  ) {
    self.description = description
    self.check = check
    self.status = status
    self.scene = scene
  }

  /// A fault in a scene that is there already.
  init(
    _ description: String, seenBy check: String, as status: Finding.Status = .failed,
    _ spoil: @escaping @Sendable (inout PolicyScene) throws -> Void
  ) {
    self.init(
      description, seenBy: check, as: status,
      in: {
        var scene = try DoctorScene.healthy()
        try spoil(&scene)
        return scene
      })
  }
}

extension PolicyScene {
  /// Changes what the trainer sees; the change is told the rows, the padding and the completions.
  mutating func distort(
    _ change: @escaping (inout TrainerView, _ rows: [Int], _ padding: Int, [Completion]) -> Void
  ) {
    let (look, completions) = (look, completions)
    self.look = { rows, padding in
      var view = look(rows, padding)
      change(&view, rows, padding, completions)
      return view
    }
  }

  /// Adds something to the values of each completion of a batch.
  mutating func distortValues(
    by amount: @escaping (_ blanks: Int, _ count: Int, _ padding: Int) -> Double
  ) {
    distort { view, rows, padding, completions in
      let lengths = rows.map { completions[$0].sequence.count }
      let width = lengths.max() ?? 0
      for index in rows.indices {
        let added = amount(width - lengths[index], rows.count, padding)
        view.values[index] = view.values[index].map { $0 + added }
      }
    }
  }

  /// Adds something to the scores of each text of a batch.
  mutating func distortScores(by amount: @escaping (_ blanks: Int, _ padding: Int) -> Double) {
    let score = parts.rewardModels[0].score
    parts.rewardModels[0].score = { texts, padding in
      let width = texts.map(\.count).max() ?? 0
      return zip(score(texts, padding), texts).map { $0 + amount(width - $1.count, padding) }
    }
  }
}
