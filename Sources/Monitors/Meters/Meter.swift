/// What a monitor measures at each step.
///
/// The raw value is its name in logs. A meter that is not defined at a step, such as an entropy per prompt where no prompt was answered twice, has no value there: meters are nil, never NaN. Completions
/// whose score or divergence is not finite are left out of the meters that need it.
public enum Meter: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
  /// ``NGrams/distinctShare(length:)`` of single tokens.
  case distinctTokens = "diversity/distinct_1"
  /// ``NGrams/distinctShare(length:)`` of pairs.
  case distinctPairs = "diversity/distinct_2"
  /// ``NGrams/distinctShare(length:)`` of runs of three.
  case distinctTriples = "diversity/distinct_3"
  /// ``selfBLEU(of:limit:)``.
  case selfBLEU = "diversity/self_bleu_4"
  /// ``AnswerCounts/uniqueShare``.
  case uniqueShare = "diversity/unique_share"
  /// ``AnswerCounts/entropyPerPrompt``.
  case entropyPerPrompt = "diversity/entropy_per_prompt"
  /// ``AnswerCounts/entropy``.
  case entropyAcrossPrompts = "diversity/entropy_across_prompts"
  /// ``AnswerCounts/sameAnswerShare``.
  case sameAnswerShare = "diversity/same_answer_share"
  /// ``StepRecord/tokenEntropy``.
  case tokenEntropy = "diversity/token_entropy"
  /// The mean number of tokens.
  case meanLength = "hack/mean_length"
  /// The share of completions that the limit of length ended.
  case unterminatedShare = "hack/unterminated_share"
  /// ``pearsonCorrelation(_:_:)`` of length and proxy score.
  case lengthScorePearson = "hack/length_score_pearson"
  /// ``spearmanCorrelation(_:_:)`` of length and proxy score.
  case lengthScoreSpearman = "hack/length_score_spearman"
  /// The mean KL from the reference.
  case meanDivergence = "hack/mean_kl"
  /// ``DivergenceTrend/velocity``.
  case divergenceVelocity = "hack/kl_velocity"
  /// ``DivergenceTrend/acceleration``.
  case divergenceAcceleration = "hack/kl_acceleration"
  /// ``RewardConcentration/excess``.
  case rewardConcentration = "hack/reward_concentration"
  /// ``TokenRates/takeover(by:)``.
  case tokenTakeover = "hack/token_takeover"
  /// ``EnsembleDisagreement/deviation``.
  case ensembleDisagreement = "hack/ensemble_disagreement"
  /// ``EnsembleDisagreement/relative``.
  case relativeDisagreement = "hack/relative_disagreement"
  /// The mean proxy score.
  case meanProxy = "hack/mean_proxy"
  /// The mean gold score.
  case meanGold = "hack/mean_gold"
  /// The mean of proxy less gold score, over completions that have both.
  case proxyGoldGap = "hack/proxy_gold_gap"
  /// ``ProxyGoldTrend/parting``.
  case proxyGoldParting = "hack/proxy_gold_parting"
  /// ``StepRecord/greedySigma``.
  case greedySigma = "hack/greedy_sigma"
  /// ``StepRecord/greedyEta``.
  case greedyEta = "hack/greedy_eta"

  /// The meter of a name.
  ///
  /// - Parameter name: A name in logs, such as `diversity/distinct_2`.
  /// - Throws: `MonitorError.unknownName` with the nearest one.
  public init(named name: String) throws(MonitorError) {
    guard let meter = Meter(rawValue: name) else {
      throw .unknown("meter", name, among: Meter.allCases.map(\.rawValue))
    }
    self = meter
  }
}
