import LanguageModels

extension RewardModel {
  /// The same weights with scores of mean 0 and deviation 1 on some texts.
  ///
  /// Scores of single tokens are log-odds, which have a scale of their own and stay as they are.
  func normalized(on references: [[Int]]) -> RewardModel {
    guard !isPerToken else { return self }
    var model = self
    model.normalization = .identity
    let raw = model.scores(references)
    let mean = raw.reduce(0, +) / Double(raw.count)
    let variance =
      raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, raw.count - 1))
    model.normalization = .init(mean: mean, deviation: max(variance.squareRoot(), 1e-8))
    return model
  }
}
