import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Torch

extension RowScene {
  /// A run on preferences that trains a policy directly.
  ///
  /// - Parameters:
  ///   - trainer: What would train, with the pairs that are learned from.
  ///   - frame: What stands around texts.
  ///   - heldOut: Pairs that are held out.
  ///   - leftOutCount: How many rows were left out for want of room.
  ///   - longest: The most tokens of prompt and answer.
  ///   - isReferenceThePolicy: Whether the reference is the policy as it is now.
  public init(
    _ trainer: PreferenceTrainer, frame: TextFrame, heldOut: [PreferenceExample] = [],
    leftOutCount: Int = 0, longest: Int, isReferenceThePolicy: Bool
  ) {
    let (policy, examples, objective) = (
      trainer.policy, trainer.examples, trainer.configuration.objective
    )
    let rows = examples.map(Row.init)
    self.init(
      .preferences, frame: frame, model: policy.configuration, rows: rows,
      heldOut: heldOut.map(Row.init), leftOutCount: leftOutCount, longest: longest,
      trained: policy.trainedParameters,
      frozen: policy.adapter == nil ? Parameters() : policy.parameters,
      optimizer: trainer.configuration.optimizer,
      passes: Passes(
        numbers: { indices, padding in
          trainer.logProbabilities(of: indices.map { examples[$0] }, padding: padding)
        },
        alone: { row in
          rows[row].texts.map { text in
            let sum = policy.logProbabilities(of: text).reduce(0, +)
            return objective.tokenAveraging == .mean ? sum / Double(text.learned.count) : sum
          }
        },
        loss: { indices, parts in
          let found = trainer.differentiated(indices, in: parts, dropout: nil)
          return Loss(value: found.mean { $0.losses }, gradients: found.gradients)
        },
        reference: objective.isReferenceFree ? nil : trainer.referenceLogProbabilities,
        lossAtReference: { indices in
          let labels = Tensor(indices.map { Float(examples[$0].probability) })
          return objective.losses(margins: labels.zerosLike(), probabilities: labels).mean().item
        }))
    self.isReferenceThePolicy = isReferenceThePolicy
  }
}

extension RowScene.Row {
  fileprivate init(_ example: PreferenceExample) {
    let start = example.prompt.count
    self.init(
      texts: [example.chosen, example.rejected].map {
        .init(
          tokens: example.prompt + $0, promptCount: start,
          learned: Array(start..<start + $0.count))
      }, label: example.probability)
  }
}
