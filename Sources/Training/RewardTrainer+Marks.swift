import Feedback
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Torch

// What a reward model learns from marks on single tokens.
extension RewardTrainer {
  /// The loss of a batch of marked completions.
  ///
  /// With s the score of a token, and D = σ(s) the probability that it is good:
  ///
  ///     mean over marked tokens of −log σ(±s) + mean over unmarked tokens of −½·log D − ½·log(1 − D)
  ///
  /// Unmarked tokens are neither good nor bad. Left out, they would be scored by chance, and a policy that is paid for every token would
  /// go where chance is kind. E. Yoon and others, TLCR, 2024, arXiv 2407.16574, section 3.1, have a neutral class.
  func marked(
    _ batch: [MarkedExample], in count: Int, _ dropout: Generator?
  ) -> RewardOutcome {
    let marks = batch.reduce(0) { $0 + $1.marks.count }
    let others = batch.reduce(0) { $0 + $1.completion.count } - marks
    let sorted = batch.sorted { $0.length < $1.length }
    let parts = min(count, batch.count)
    var (loss, gradients) = (0.0, [Tensor]())
    var (margins, preferences, all) = ([Double](), [Double](), [Double]())
    for part in 0..<parts {
      let examples = Array(
        sorted[part * batch.count / parts..<(part + 1) * batch.count / parts])
      let labels = examples.flatMap(\.labels)
      let (value, slopes, scores) = Tensor.recording {
        let scores = self.scores(examples, dropout: dropout)
        let losses = preferenceLosses(
          margins: scores, probabilities: Tensor(labels.map(Float.init), device: device))
        let weights = labels.map { Float(1 / Double(max(1, $0 == 0.5 ? others : marks))) }
        let sum = (losses * Tensor(weights, device: device)).sum()
        return (sum.item, sum.gradients(of: model.trainedParameters.tensors), scores.doubles)
      }
      loss += value
      if gradients.isEmpty { gradients = slopes } else { FusedUpdate.add(slopes, to: gradients) }
      for (score, label) in zip(scores, labels) where label != 0.5 {
        margins.append(score)
        preferences.append(label - 0.5)
      }
      all += scores
    }
    return RewardOutcome(
      loss: loss, gradients: gradients, margins: margins, preferences: preferences, scores: all)
  }

  /// The share of marks whose token gets a score on their side of 0, ties half, by the averaged weights where there are any.
  ///
  /// - Parameter examples: Completions that are held out.
  /// - Returns: The share; NaN without marks.
  public func accuracy(on examples: [MarkedExample]) -> Double {
    let right = stride(from: 0, to: examples.count, by: configuration.batchTexts)
      .flatMap { start -> [Double] in
        let part = Array(examples[start..<min(start + configuration.batchTexts, examples.count)])
        let found = withFinalWeights {
          Tensor.withoutRecording { scores(part, dropout: nil).doubles }
        }
        return zip(found, part.flatMap(\.labels)).filter { $0.1 != 0.5 }
          .map { PairAgreement.score($0, $1 - 0.5) }
      }
    return right.reduce(0, +) / Double(right.count)
  }

  /// Raw scores of all tokens of some marked completions, by index, in one batch whose short rows are filled with a token.
  func tokenScores(of indices: [Int], padding: Int) -> [[Double]] {
    guard case .marked(let examples) = preferences else { return [] }
    let batch = indices.map { examples[$0] }
    return Tensor.withoutRecording { scores(batch, padding: padding, dropout: nil).doubles }
      .parts(of: batch.map(\.completion.count))
  }

  // Raw scores of all tokens of some completions [n].
  private func scores(
    _ batch: [MarkedExample], padding: Int = 0, dropout: Generator?
  ) -> Tensor {
    let layout = ResponseLayout(
      batch.map(Completion.init), padding: padding, device: device)
    return model.rawScores(ofTokens: layout, dropout: dropout)
  }
}

extension RewardTrainer.Configuration {
  /// Says what cannot be where tokens are marked.
  func validate(marks examples: [MarkedExample]) throws(TrainingError) {
    guard examples.contains(where: { !$0.marks.isEmpty }) else {
      throw .noData("the marks")
    }
    guard languageModelWeight == 0 else {
      throw .configuration(
        key: "language_model_weight",
        reason:
          "\(languageModelWeight) is for whole texts, and single tokens are marked here: use 0"
      )
    }
  }
}

extension MarkedExample {
  /// How probably each token of the completion is good: 1 or 0 where it is marked, else ½.
  fileprivate var labels: [Double] {
    var labels = completion.map { _ in 0.5 }
    for mark in marks { labels[mark.place] = mark.sign == .good ? 1 : 0 }
    return labels
  }
}
