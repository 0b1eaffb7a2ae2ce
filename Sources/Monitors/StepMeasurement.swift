/// The values of all meters at one step, and what they rest on.
struct StepMeasurement {
  let completions: [CompletionRecord]
  /// Tokens, [completion].
  let tokens: [[Int]]
  let nGrams: NGrams
  let answers: AnswerCounts
  /// Completions with a finite proxy score.
  let scored: [Int]
  private(set) var concentration: RewardConcentration?
  private(set) var takeover: (token: Int, rise: Double)?
  private(set) var values: [Meter: Double] = [:]

  /// Measures a step, and remembers what later steps need.
  init(of step: StepRecord, settings: MonitorSettings, history: inout StepHistory) {
    completions = step.completions
    tokens = step.completions.map(\.tokens)
    nGrams = NGrams(of: tokens, upTo: 4)
    answers = AnswerCounts(of: tokens, prompts: step.completions.map(\.prompt))
    scored = step.completions.indices.filter { step.completions[$0].proxyScore.isFinite }
    measureDiversity(sampleLimit: settings.sampleLimit)
    measureReward(settings)
    values[.tokenEntropy] = step.tokenEntropy
    values[.greedySigma] = step.greedySigma
    values[.greedyEta] = step.greedyEta
    takeover = history.takeover(by: tokens, after: settings.rateSteps)
    values[.tokenTakeover] = takeover?.rise
    measureDivergence(step.step, window: settings.window, history: &history)
    measureGold(step.step, window: settings.window, history: &history)
    values = values.filter { $0.value.isFinite }
  }

  private mutating func measureDiversity(sampleLimit: Int) {
    values[.distinctTokens] = nGrams.distinctShare(length: 1)
    values[.distinctPairs] = nGrams.distinctShare(length: 2)
    values[.distinctTriples] = nGrams.distinctShare(length: 3)
    values[.selfBLEU] =
      tokens.count > sampleLimit
      ? Monitors.selfBLEU(of: tokens, limit: sampleLimit) : nGrams.selfBLEU()
    values[.uniqueShare] = answers.uniqueShare
    values[.entropyPerPrompt] = answers.entropyPerPrompt
    values[.entropyAcrossPrompts] = answers.entropy
    values[.sameAnswerShare] = answers.sameAnswerShare
    values[.meanLength] = mean(tokens.map { Double($0.count) })
    values[.unterminatedShare] = mean(completions.map { $0.isTerminated ? 0 : 1 })
  }

  private mutating func measureReward(_ settings: MonitorSettings) {
    let scores = scored.map { completions[$0].proxyScore }
    let lengths = scored.map { Double(tokens[$0].count) }
    values[.meanProxy] = mean(scores)
    values[.lengthScorePearson] = pearsonCorrelation(lengths, scores)
    values[.lengthScoreSpearman] = spearmanCorrelation(lengths, scores)
    concentration = RewardConcentration(
      tokens: scored.map { tokens[$0] }, scores: scores, least: settings.leastCompletions,
      assignments: settings.assignments)
    values[.rewardConcentration] = concentration?.excess
    let members = completions.map(\.memberScores)
      .filter { $0.count > 1 && $0.allSatisfy(\.isFinite) }
    let disagreement = EnsembleDisagreement(memberScores: members)
    values[.ensembleDisagreement] = disagreement?.deviation
    values[.relativeDisagreement] = disagreement?.relative
  }

  private mutating func measureDivergence(
    _ step: Int, window: Int, history: inout StepHistory
  ) {
    guard let divergence = mean(completions.compactMap(\.divergence).filter(\.isFinite))
    else { return }
    values[.meanDivergence] = divergence
    let trend = history.add(.init(step: step, divergence: divergence), window: window)
    values[.divergenceVelocity] = trend?.velocity
    values[.divergenceAcceleration] = trend?.acceleration
  }

  private mutating func measureGold(_ step: Int, window: Int, history: inout StepHistory) {
    let pairs = scored.compactMap { index -> (proxy: Double, gold: Double)? in
      guard let gold = completions[index].goldScore, gold.isFinite else { return nil }
      return (completions[index].proxyScore, gold)
    }
    guard let proxy = mean(pairs.map(\.proxy)), let gold = mean(pairs.map(\.gold)) else { return }
    values[.meanGold] = gold
    values[.proxyGoldGap] = proxy - gold
    let trend = history.add(.init(step: step, proxy: proxy, gold: gold), window: window)
    values[.proxyGoldParting] = trend?.parting
  }
}
