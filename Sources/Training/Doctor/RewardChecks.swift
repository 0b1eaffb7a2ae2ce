import LanguageModels
import Rewards

extension PolicyChecks {
  /// Reward models have a head and speak in deviations.
  static let rewardModels = Check<PolicyScene>("reward models") { scene in
    let readers = scene.parts.rewardModels
    guard !readers.isEmpty else { return .skipped("no reward model is named") }
    if let blank = readers.first(where: { !($0.headNorm > 0 && $0.headNorm.isFinite) }) {
      return .failed(
        "\(blank.key) has a head of norm \(blank.headNorm.figures)",
        "its score is the same for all texts: train it (rein reward), or name the trained one")
    }
    let measured = readers.map {
      "\($0.key): one label, head of norm \($0.headNorm.figures), raw scores of mean \($0.normalization.mean.figures) and deviation \($0.normalization.deviation.figures) are normalised"
    }.joined(separator: "; ")
    return readers.contains { $0.normalization == .identity }
      ? .warning(
        measured,
        "raw scores have no known size, so that KL coefficients mean little: train with rein reward, which writes rein_reward_normalization into config.json"
      )
      : .passed(measured)
  }
}

/// What a reward answered when it was asked twice, the second time in the other order.
struct RewardAnswers {
  let completions: [Completion]
  let groupSize: Int
  let first: [Double]
  let second: [Double]

  init(_ scene: PolicyScene) throws {
    completions = scene.completions
    groupSize = scene.configuration.method.advantage.groupSize
    let ask = { (completions: [Completion]) in
      let grades = try scene.parts.reward.grades(completions)
      guard grades.count == completions.count else {
        throw TrainingError.rewardCount(
          step: 1, expected: completions.count, received: grades.count)
      }
      for (index, grade) in grades.enumerated() {
        let (expected, received) = (completions[index].tokens.count, grade.tokens?.count)
        if let received, received != expected {
          throw TrainingError.rewardTokens(
            step: 1, completion: index, expected: expected, received: received)
        }
      }
      return grades.map(\.total)
    }
    first = try ask(completions)
    second = try ask(completions.reversed()).reversed()
  }

  var findings: [Finding] {
    [
      ("rewards are numbers", finiteness), ("rewards repeat", repeatability),
      ("rewards differ", spread), ("rewards and length", lengthBias),
    ].map { name, verdict in
      Finding(name, verdict.status, verdict.measured, advice: verdict.advice)
    }
  }

  private var finiteness: Verdict {
    let wrong = first.count { !$0.isFinite }
    let measured = "\(wrong) of \(first.count) are NaN or infinite (bound 0)"
    return wrong == 0
      ? .passed(measured)
      : .failed(measured, "a run would stop there: let the reward answer a number to every text")
  }

  private var repeatability: Verdict {
    let pairs = zip(first, second).filter { $0.0.isFinite && $0.1.isFinite }
    let gap = largestDifference(pairs.map(\.0), pairs.map(\.1))
    let size = max(1, pairs.isEmpty ? 1 : Moments(pairs.map(\.0)).deviation)
    let measured =
      "asked twice, in two orders: largest difference \(gap.figures) (bound \((1e-3 * size).figures))"
    return gap <= 1e-3 * size
      ? .passed(measured)
      : .warning(
        measured,
        "the policy is taught by noise: ask a judge at temperature 0, or make the score depend on the text alone"
      )
  }

  private var spread: Verdict {
    let finite = first.filter(\.isFinite)
    guard finite.count > 1, let least = finite.min(), let most = finite.max() else {
      return .skipped("fewer than two rewards are numbers")
    }
    let moments = Moments(finite)
    var counts: [Double: Int] = [:]
    for value in finite { counts[value, default: 0] += 1 }
    let common = Double(counts.values.max() ?? 0) / Double(finite.count)
    let top = share(of: finite) { $0 == most }
    var measured =
      "mean \(moments.mean.figures), deviation \(moments.deviation.figures), from \(least.figures) to \(most.figures); \(common.percent) have the commonest value (bound 90 %), \(top.percent) the highest (bound 75 %)"
    guard least < most else {
      return .failed(
        measured,
        "all completions earn the same, and nothing can be learned: choose a reward that tells them apart"
      )
    }
    let idle = idleGroups
    if let idle { measured += "; \(idle.percent) of the groups are all equal (bound 50 %)" }
    if common > 0.9 || idle ?? 0 > 0.5 {
      return .warning(
        measured,
        "few completions teach anything: take easier prompts, larger groups or a reward of finer steps"
      )
    }
    return top <= 0.75
      ? .passed(measured)
      : .warning(measured, "the reward is at its cap from the start: raise the cap or ask for more")
  }

  private var idleGroups: Double? {
    guard groupSize > 1 else { return nil }
    let groups = first.parts(of: Array(repeating: groupSize, count: first.count / groupSize))
    return share(of: groups) { Set($0).count == 1 }
  }

  private var lengthBias: Verdict {
    let pairs = zip(completions, first).filter { $0.1.isFinite }
    let lengths = pairs.map { Double($0.0.tokens.count) }
    guard pairs.count >= 8, let found = correlation(lengths, pairs.map(\.1)) else {
      return .skipped("lengths or rewards do not differ")
    }
    let measured = "correlation \(found.figures) over \(pairs.count) completions (bounds ±0.8)"
    return abs(found) <= 0.8
      ? .passed(measured)
      : .warning(
        measured,
        "the policy will learn \(found > 0 ? "long" : "short") answers first: where that is not wanted, add reward.length or train the reward model on pairs of like length"
      )
  }
}
