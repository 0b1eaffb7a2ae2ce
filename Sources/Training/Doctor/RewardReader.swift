public import LanguageModels
import NeuralNetworks
import Torch

/// A reward model as a function of whole texts.
public struct RewardReader {
  /// The key that names it.
  public var key: String
  /// What its scores are divided by.
  public var normalization: RewardModel.Normalization
  /// The norm of its head.
  public var headNorm: Double
  /// Raw scores of texts in one batch, short rows filled with a token.
  public var score: (_ texts: [[Int]], _ padding: Int) -> [Double]

  /// A reader.
  public init(key: String, _ model: RewardModel) {
    self.key = key
    normalization = model.normalization
    let all = model.parameters + (model.adapter?.parameters ?? .init())
    let heads = zip(all.names, all.tensors).filter { $0.0.contains("score") }
    headNorm = heads.last.map { $0.1.detached().squared().sum().item.squareRoot() } ?? 0
    let device = all.tensors.first?.device ?? .cpu
    score = { texts, padding in
      Tensor.withoutRecording {
        model.rawScores(TokenBatch(texts, padding: padding, device: device)).doubles
      }
    }
  }
}
