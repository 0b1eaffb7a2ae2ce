import Foundation
import LanguageModels
import PolicyOptimization
import Torch

extension PolicyChecks {
  /// The trainer finds the probabilities that the sampler drew by, so that ratios are 1 at first.
  static let samplerAgreement = Check<PolicyScene>("sampler and trainer agree") { scene in
    let now = scene.look(scene.rows, 0).logProbabilities.flatMap(\.self)
    let then = scene.sampled.flatMap(\.self)
    let gap = largestDifference(now, then)
    let outside = share(of: Array(zip(now, then))) {
      !(0.9...1.1).contains(exp($0.0 - $0.1))
    }
    let measured =
      "largest |Δ log π| \(gap.figures) (bound 0.01); \(outside.percent) of the ratios outside [0.9, 1.1] (bound 1 %)"
    let advice =
      "ratios are not 1 before the first update, so that clipping and KL start wrong: set compute.precision weights; where it is that already, please report it"
    if !gap.isFinite || outside > 0.01 { return .failed(measured, advice) }
    return gap > 0.01 ? .warning(measured, advice) : .passed(measured)
  }

  /// KL(π ‖ π_ref) is 0 where the reference is the policy.
  static let referenceDistance = Check<PolicyScene>("KL to the reference") { scene in
    let policy = scene.look(scene.rows, 0).logProbabilities.flatMap(\.self)
    let reference = Tensor.withoutRecording {
      let device = scene.parts.reference.outputWeight.device
      return scene.parts.reference.statistics(
        ResponseLayout(scene.completions, device: device),
        temperature: scene.configuration.sampling.temperature
      ).statistics.logProbabilities.select(1, 0).doubles
    }
    let ratios = Tensor(zip(policy, reference).map { $0 - $1 })
    let mean = { (estimator: DivergenceEstimator) in
      estimator.estimates(logRatios: ratios).mean().item
    }
    let (k1, k3) = (mean(.k1), mean(.k3))
    let measured = "k1 \(k1.figures), k3 \(k3.figures) nats per token"
    guard k1.isFinite && k3.isFinite else {
      return .failed(measured, "the reference rules out tokens that the policy draws")
    }
    if scene.parts.isReferenceThePolicy {
      let gap = largestDifference(policy, reference)
      let all =
        "\(measured); largest |log π − log π_ref| \(gap.figures) (bound \(scene.tolerance.figures))"
      return gap <= scene.tolerance
        ? .passed(all)
        : .failed(
          all,
          "the reference is the policy at the start and must say the same: a KL penalty would begin with a debt"
        )
    }
    return k3 <= 0.5
      ? .passed("\(measured) from another model (bound of k3 0.5)")
      : .warning(
        "\(measured) from another model (bound of k3 0.5)",
        "the policy starts far from its reference, and the KL penalty will outweigh the reward: leave `reference` out, or name the model that the policy was trained from"
      )
  }

  /// A completion says the same beside a longer one as beside its like.
  static let padding = Check<PolicyScene>("padding changes nothing") { scene in
    let longest = scene.longestRow
    guard !scene.shorterRows.isEmpty else {
      return .skipped("all completions are of one length")
    }
    let gaps = scene.shorterRows.map { row in
      largestDifference(
        scene.look([row, row], 0).numbers(of: 0), scene.look([row, longest], 0).numbers(of: 0))
    }
    let scores = scene.parts.rewardModels.flatMap { reader in
      scene.shorterRows.map { row in
        let text = scene.text(row)
        return largestDifference(
          [reader.score([text, text], 0)[0]],
          [reader.score([text, scene.text(longest)], 0)[0]]) / reader.normalization.deviation
      }
    }
    return scene.verdict(
      gaps, scores, "short completions beside a long one",
      "what is learned depends on what a completion is batched with: set compute.precision weights; where it is that already, please report it"
    )
  }

  /// A completion says the same in a large batch as in a small one of the same width.
  static let batchSize = Check<PolicyScene>("batch size changes nothing") { scene in
    let (longest, whole) = (scene.longestRow, scene.look(scene.rows, 0))
    let gaps = scene.rows.filter { $0 != longest }.prefix(6).map { row in
      largestDifference(scene.look([row, longest], 0).numbers(of: 0), whole.numbers(of: row))
    }
    guard !gaps.isEmpty else { return .skipped("there is one completion only") }
    return scene.verdict(
      Array(gaps), [], "completions in a batch of 2 and of \(scene.rows.count)",
      "minibatches and micro_batches would change the result: set compute.precision weights; where it is that already, please report it"
    )
  }

  /// What fills short rows is never read.
  static let paddingContent = Check<PolicyScene>("padding is never read") { scene in
    guard !scene.shorterRows.isEmpty else {
      return .skipped("all completions are of one length")
    }
    let (longest, last) = (
      scene.longestRow, scene.parts.policy.configuration.vocabularyCount - 1
    )
    let fillings = [1, last / 2, last].filter { $0 > 0 }
    let gaps = scene.shorterRows.flatMap { row in
      let blank = scene.look([row, longest], 0).numbers(of: 0)
      return fillings.map {
        largestDifference(blank, scene.look([row, longest], $0).numbers(of: 0))
      }
    }
    let scores = scene.parts.rewardModels.flatMap { reader in
      scene.shorterRows.flatMap { row in
        let texts = [scene.text(row), scene.text(longest)]
        let blank = reader.score(texts, 0)[0]
        return fillings.map {
          largestDifference([blank], [reader.score(texts, $0)[0]]) / reader.normalization.deviation
        }
      }
    }
    return scene.verdict(
      gaps, scores, "short completions before \(fillings.count) other paddings",
      "numbers leak from behind the end of a text: please report it with the model's config.json")
  }
}

extension PolicyScene {
  // Differences of log-probabilities and values, and of normalised rewards.
  fileprivate func verdict(
    _ gaps: [Double], _ scores: [Double], _ what: String, _ advice: String
  ) -> Verdict {
    let (gap, score) = (gaps.max() ?? 0, scores.max() ?? 0)
    let measured =
      "\(what): largest difference of log π and V \(gap.figures)"
      + (scores.isEmpty ? "" : ", of rewards \(score.figures)") + " (bound \(tolerance.figures))"
    return max(gap, score) <= tolerance ? .passed(measured) : .failed(measured, advice)
  }
}
