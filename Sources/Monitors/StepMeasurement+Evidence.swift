extension StepMeasurement {
  /// What shows a meter's value: looked for when there is an alarm, not before.
  ///
  /// - Parameters:
  ///   - meter: The meter.
  ///   - direction: Which way it went.
  /// - Returns: Completions by their places in the step, the most telling first, and tokens.
  func evidence(for meter: Meter, direction: DetectorSettings.Direction) -> Alarm.Evidence {
    switch meter {
    case .distinctTokens: commonest(length: 1)
    case .distinctPairs: commonest(length: 2)
    case .distinctTriples: commonest(length: 3)
    case .selfBLEU: commonest(length: 4)
    case .uniqueShare, .entropyPerPrompt, .entropyAcrossPrompts, .sameAnswerShare: widestAnswer
    case .meanLength:
      greatest { direction == .rise ? Double(tokens[$0].count) : -Double(tokens[$0].count) }
    case .unterminatedShare:
      Alarm.Evidence(completions: completions.indices.filter { !completions[$0].isTerminated })
    case .lengthScorePearson, .lengthScoreSpearman: lengthAndScore(direction)
    case .meanDivergence, .divergenceVelocity, .divergenceAcceleration:
      greatest { completions[$0].divergence }
    case .rewardConcentration: concentrated
    case .tokenTakeover: takenOver
    case .ensembleDisagreement, .relativeDisagreement:
      greatest {
        let scores = completions[$0].memberScores
        return scores.count > 1 ? populationDeviation(of: scores) : nil
      }
    case .meanProxy: greatest { completions[$0].proxyScore }
    case .meanGold: greatest { completions[$0].goldScore.map { -$0 } }
    case .proxyGoldGap, .proxyGoldParting: parted
    case .tokenEntropy, .greedySigma, .greedyEta: Alarm.Evidence()
    }
  }

  /// The completions with the greatest of some number, those without it left out.
  private func greatest(_ number: (_ completion: Int) -> Double?) -> Alarm.Evidence {
    let ranked = completions.indices.compactMap { index in
      number(index).flatMap { $0.isFinite ? (index: index, number: $0) : nil }
    }
    return Alarm.Evidence(
      completions: ranked.sorted { ($1.number, $0.index) < ($0.number, $1.index) }.map(\.index))
  }

  /// The run of tokens that most completions have.
  private func commonest(length: Int) -> Alarm.Evidence {
    guard let found = nGrams.commonest(length: length) else { return Alarm.Evidence() }
    return Alarm.Evidence(
      completions: found.completions,
      tokens: Array(tokens[found.completion][found.place..<found.place + length]))
  }

  /// The completion that most prompts got.
  private var widestAnswer: Alarm.Evidence {
    let alike = answers.widest
    return Alarm.Evidence(completions: alike, tokens: alike.first.map { tokens[$0] } ?? [])
  }

  /// The completions that make length and score go together, or apart.
  private func lengthAndScore(_ direction: DetectorSettings.Direction) -> Alarm.Evidence {
    let lengths = ranks(of: scored.map { Double(tokens[$0].count) })
    let scores = ranks(of: scored.map { completions[$0].proxyScore })
    let middle = Double(scored.count + 1) / 2
    let products = zip(lengths, scores).map { ($0 - middle) * ($1 - middle) }
    let byCompletion = Dictionary(uniqueKeysWithValues: zip(scored, products))
    return greatest { byCompletion[$0].map { direction == .rise ? $0 : -$0 } }
  }

  /// The token that explains most of the scores, and who has it, best scores first.
  private var concentrated: Alarm.Evidence {
    guard let concentration else { return Alarm.Evidence() }
    let holders = Set(concentration.completions.map { scored[$0] })
    let sign = concentration.difference < 0 ? -1.0 : 1.0
    var evidence = greatest {
      holders.contains($0) ? sign * completions[$0].proxyScore : nil
    }
    evidence.tokens = [concentration.token]
    return evidence
  }

  /// The token that is said more than before, and who says it, best scores first.
  private var takenOver: Alarm.Evidence {
    guard let token = takeover?.token else { return Alarm.Evidence() }
    var evidence = greatest { tokens[$0].contains(token) ? completions[$0].proxyScore : nil }
    evidence.tokens = [token]
    return evidence
  }

  /// The completions that the proxy ranks most above where gold ranks them.
  private var parted: Alarm.Evidence {
    let judged = scored.filter { completions[$0].goldScore?.isFinite == true }
    let proxy = ranks(of: judged.map { completions[$0].proxyScore })
    let gold = ranks(of: judged.map { completions[$0].goldScore ?? 0 })
    let byCompletion = Dictionary(
      uniqueKeysWithValues: zip(judged, zip(proxy, gold).map { $0 - $1 }))
    return greatest { byCompletion[$0] }
  }
}
