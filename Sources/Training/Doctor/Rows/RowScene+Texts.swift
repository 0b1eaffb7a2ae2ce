import LanguageModels
import NeuralNetworks
import Torch

extension RowScene {
  /// A run on texts.
  ///
  /// - Parameters:
  ///   - trainer: What would train, with the texts that are learned from.
  ///   - frame: What stands around texts.
  ///   - heldOut: Texts that are held out.
  ///   - leftOutCount: How many rows were left out for want of room.
  public init(
    _ trainer: SupervisedTrainer, frame: TextFrame, heldOut: [SupervisedTrainer.Example] = [],
    leftOutCount: Int = 0
  ) {
    let (model, examples) = (trainer.model, trainer.examples)
    let rows = examples.map(Row.init)
    self.init(
      .texts, frame: frame, model: model.configuration, rows: rows,
      heldOut: heldOut.map(Row.init), leftOutCount: leftOutCount,
      longest: model.configuration.positionCount, trained: model.trainedParameters,
      frozen: model.adapter == nil ? Parameters() : model.parameters,
      optimizer: trainer.configuration.optimizer,
      passes: Passes(
        numbers: { rows, padding in
          trainer.logProbabilities(of: rows.map { examples[$0] }, padding: padding)
        },
        alone: { model.logProbabilities(of: rows[$0].texts[0]) },
        loss: { rows, parts in
          let found = trainer.differentiated(rows.map { examples[$0] }, in: parts, dropout: nil)
          return Loss(value: found.loss, gradients: found.gradients)
        }))
  }
}

extension RowScene.Row {
  fileprivate init(_ example: SupervisedTrainer.Example) {
    let start = example.prompt.count
    self.init(texts: [
      .init(
        tokens: example.prompt + example.completion, promptCount: start,
        learned: example.learnedPlaces.map { start + $0 })
    ])
  }
}

extension LanguageModel {
  /// log π of the learned tokens of one text, from the logits of all tokens, without a batch.
  func logProbabilities(of text: RowScene.Text) -> [Double] {
    Tensor.withoutRecording {
      let device = outputWeight.device
      let tokens = Tensor(text.tokens, device: device).unsqueezed(0)
      return stride(from: 0, to: text.learned.count, by: 64).flatMap { start -> [Double] in
        let places = text.learned[start..<min(start + 64, text.learned.count)]
        let states = trunk.states(at: Tensor(places.map { $0 - 1 }, device: device), of: tokens)
        let targets = Tensor(places.map { text.tokens[$0] }, device: device).unsqueezed(1)
        return logits(ofHidden: states).cast(to: .float32).logSoftmax(along: -1)
          .gathered(targets, along: 1).doubles
      }
    }
  }
}
