public import Torch

extension LanguageModel {
  /// log π, entropy and, against a reference, KL at every chosen token, in chunks: a batch's [batch, time, vocabulary] is
  /// never held.
  ///
  /// - Parameters:
  ///   - layout: The completions.
  ///   - temperature: What the scores are divided by, as they were when the tokens were drawn.
  ///   - others: More tokens to ask about at each place [n, k], such as the most probable ones.
  ///   - reference: A model to compare the whole distribution with.
  ///   - dropout: Where dropout masks come from, while training.
  /// - Returns: The statistics, packed [n] (log-probabilities [n, 1 + k]), and the hidden states that predict the tokens.
  public func statistics(
    _ layout: ResponseLayout, temperature: Double = 1, others: Tensor? = nil,
    reference: LanguageModel? = nil, dropout: Generator? = nil
  ) -> (statistics: TokenStatistics, hidden: Tensor) {
    let hidden = layout.predicting(trunk, Trunk.Context(dropout: dropout))
    let chosen = layout.tokens.unsqueezed(1)
    let targets = others.map { Tensor.concatenate([chosen, $0], along: 1) } ?? chosen
    let compared = reference.map { other in
      Tensor.withoutRecording {
        (layout.predicting(other.trunk), other.outputWeight)
      }
    }
    let statistics = TokenStatistics(
      hidden: hidden, weight: outputWeight, targets: targets, temperature: temperature,
      reference: compared)
    return (statistics, hidden)
  }
}
