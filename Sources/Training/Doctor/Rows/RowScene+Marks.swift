import LanguageModels
import NeuralNetworks

extension RowScene {
  /// A run on marked tokens that trains a policy directly.
  ///
  /// - Parameters:
  ///   - trainer: What would train, with the completions that are learned from.
  ///   - frame: What stands around texts.
  ///   - heldOut: Completions that are held out.
  ///   - leftOutCount: How many rows were left out for want of room.
  ///   - longest: The most tokens of prompt and completion.
  ///   - isReferenceThePolicy: Whether the reference is the policy as it is now.
  public init(
    _ trainer: TokenTrainer, frame: TextFrame, heldOut: [MarkedExample] = [],
    leftOutCount: Int = 0, longest: Int, isReferenceThePolicy: Bool
  ) {
    let (policy, reference, examples) = (trainer.policy, trainer.reference, trainer.examples)
    let rows = examples.map(Row.init)
    self.init(
      .marks, frame: frame, model: policy.configuration, rows: rows,
      heldOut: heldOut.map(Row.init), leftOutCount: leftOutCount, longest: longest,
      trained: policy.trainedParameters,
      frozen: policy.adapter == nil ? Parameters() : policy.parameters,
      optimizer: trainer.configuration.optimizer,
      passes: Passes(
        numbers: { indices, padding in
          trainer.logProbabilities(
            of: indices.map { examples[$0] }, by: policy, padding: padding)
        },
        alone: { policy.logProbabilities(of: rows[$0].texts[0]) },
        loss: { indices, parts in
          let found = trainer.differentiated(indices.map { examples[$0] }, in: parts)
          return Loss(
            value: found.loss(unmarkedWeight: trainer.configuration.unmarkedWeight),
            gradients: found.gradients)
        },
        reference: { indices in
          trainer.logProbabilities(of: indices.map { examples[$0] }, by: reference)
        }))
    marked = examples
    self.isReferenceThePolicy = isReferenceThePolicy
  }
}

extension RowScene.Row {
  // Every token of a completion counts: by its mark, or by what leaving the reference costs there.
  fileprivate init(_ example: MarkedExample) {
    let start = example.prompt.count
    self.init(texts: [
      .init(
        tokens: example.prompt + example.completion, promptCount: start,
        learned: Array(start..<start + example.completion.count))
    ])
  }
}
