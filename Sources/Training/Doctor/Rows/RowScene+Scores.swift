import LanguageModels
import NeuralNetworks
import Tokenization
import Torch

extension RowScene {
  /// A run on ratings or pairs that trains a reward model.
  ///
  /// - Parameters:
  ///   - trainer: What would train, with what raters said.
  ///   - frame: What stands around texts.
  ///   - heldOut: Texts that are held out, with their mean ratings.
  public init(
    _ trainer: RewardTrainer, frame: TextFrame, heldOut: [(tokens: [Int], rating: Double)] = []
  ) {
    let model = trainer.model
    let before = frame.tokenizer.tokensBeforeText.count
    let rows = trainer.preferences.rows(promptCount: before)
    self.init(
      .scores, frame: frame, model: model.trunk.configuration, rows: rows,
      heldOut: heldOut.map {
        Row(texts: [Text(read: $0.tokens, promptCount: before)], label: $0.rating)
      },
      leftOutCount: 0, longest: model.trunk.configuration.positionCount,
      trained: model.trainedParameters,
      frozen: model.adapter == nil ? Parameters() : model.parameters,
      optimizer: trainer.configuration.optimizer,
      passes: Passes(
        numbers: { indices, padding in
          guard !model.isPerToken else {
            return trainer.tokenScores(of: indices, padding: padding)
          }
          let texts = indices.flatMap { rows[$0].texts.map(\.tokens) }
          let batch = TokenBatch(
            texts, padding: padding, device: model.trunk.tokenEmbedding.device)
          return Tensor.withoutRecording { model.rawScores(batch).doubles }
            .parts(of: indices.map { rows[$0].texts.count })
        },
        loss: { indices, parts in
          let found = trainer.differentiated(indices, in: parts, dropout: nil)
          return Loss(value: found.loss, gradients: found.gradients)
        }))
  }
}

extension RowScene.Text {
  /// A text that is scored where its last token stands.
  fileprivate init(read tokens: [Int], promptCount: Int) {
    self.init(tokens: tokens, promptCount: promptCount, learned: [tokens.count - 1])
  }
}

extension RewardTrainer.Preferences {
  fileprivate func rows(promptCount: Int) -> [RowScene.Row] {
    let text = { RowScene.Text(read: $0, promptCount: promptCount) }
    switch self {
    case .rated(let texts):
      return texts.map {
        .init(
          texts: [text($0.tokens)],
          label: Double($0.ratings.reduce(0, +)) / Double(max(1, $0.ratings.count)))
      }
    case .pairs(let texts, let pairs):
      return pairs.map {
        .init(texts: [text(texts[$0.first]), text(texts[$0.second])], label: $0.probability)
      }
    case .marked(let examples): return examples.map { .init(texts: [text($0.tokens)]) }
    }
  }
}
