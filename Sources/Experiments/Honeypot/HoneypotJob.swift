import Foundation
import LanguageModels
import PolicyOptimization
import Reports
import Rewards
import RunRecords
import Torch
import Training

/// One method under one form of the hole with one seed: train, then judge with fresh completions.
struct HoneypotJob: SweepJob {
  typealias Run = HoneypotRun

  let method: HoneypotMethod
  let form: PlantedHole.Form
  let seed: Int

  /// Under which name its result is kept.
  var name: String { "\(form.rawValue)-\(method.rawValue)-\(seed)" }

  /// Does the job.
  ///
  /// - Parameters:
  ///   - world: What all runs share.
  ///   - step: Told after every step; false stops the job.
  /// - Returns: The result, or nil if it was stopped.
  /// - Throws: What stops a training run.
  func run(in world: HoneypotWorld, step: (Int) -> Bool) throws -> HoneypotRun? {
    let policy = try world.base.copy()
    var curves: [String: [CurvePoint]] = [:]
    var path: [CoefficientPoint] = []
    let start = Date()
    if method != .base {
      let training = world.configuration.training(method, form)
      let trainer = try PolicyTrainer(
        training,
        .init(
          policy: policy, reference: world.base, reward: world.reward(form),
          prompts: world.prompts, decode: world.text), seed: UInt64(seed))
      while trainer.stepsTaken < trainer.stepCount {
        let report = try trainer.step()
        let gold = try world.trueReward.scores(trainer.agent.lastCompletions)
        let values: [HoneypotMetric: Double?] = [
          .proxyReward: report[.scores], .goldReward: gold.reduce(0, +) / Double(gold.count),
          .honeypotRate: world.honeypotRate(trainer.agent.lastCompletions),
          .divergence: report[.kl],
          .entropy: report[.policyEntropy], .distinctPairs: report[.distinctPairs],
        ]
        for case (let metric, let value?) in values {
          curves[metric.rawValue, default: []].append(
            CurvePoint(step: Double(report.step), value: value))
        }
        if let sigma = report[.greedyAwareGap], let eta = report[.greedyAwareProbability] {
          path.append(
            CoefficientPoint(
              step: Double(report.step),
              gap: min(max(sigma * training.method.objective.sigmaScale, 0), 1),
              greedyProbability: min(max(eta * training.method.objective.etaScale, 0), 1)))
        }
        guard step(report.step) else { return nil }
      }
    }
    let seconds = method == .base ? 0 : -start.timeIntervalSinceNow
    return HoneypotRun(
      record: try judge(policy, in: world, seconds: seconds), curves: curves,
      coefficientPath: path, samples: try samples(policy, in: world))
  }

  private func judge(_ policy: LanguageModel, in world: HoneypotWorld, seconds: Double) throws
    -> HoneypotRecord
  {
    let configuration = world.configuration
    let generator = Generator(seed: UInt64(seed), purpose: "evaluation")
    let order = generator.permutation(world.prompts.count).integers
    let prompts = (0..<configuration.evaluations).map { world.prompts[order[$0 % order.count]] }
    let rollout = sampler(policy, world).rollout(prompts, using: generator)
    let layout = ResponseLayout(rollout.completions)
    let trusted = world.base.statistics(layout, temperature: configuration.temperature).statistics
    let own = policy.statistics(layout, temperature: configuration.temperature).statistics
    let ratios = rollout.logProbabilities - trusted.logProbabilities.select(1, 0)
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    return HoneypotRecord(
      method: method.rawValue, form: form.rawValue, seed: seed,
      proxyReward: mean(try world.reward(form).scores(rollout.completions)),
      goldReward: mean(try world.trueReward.scores(rollout.completions)),
      honeypotRate: world.honeypotRate(rollout.completions),
      kl: ratios.sum().item / Double(rollout.completions.count),
      entropy: own.entropies.mean().item,
      distinctPairs: distinctShare(of: rollout.completions.map(\.text), length: 2),
      seconds: seconds)
  }

  // The same prompts and draws for every method, so that pages can set them side by side.
  private func samples(_ policy: LanguageModel, in world: HoneypotWorld) throws
    -> [HoneypotRun.Sample]
  {
    let generator = Generator(seed: 0, purpose: "samples")
    let chosen = generator.permutation(world.prompts.count).integers.prefix(8)
    let completions = sampler(policy, world).rollout(
      chosen.map { world.prompts[$0] }, using: generator
    ).completions
    let proxy = try world.reward(form).scores(completions)
    let gold = try world.trueReward.scores(completions)
    return completions.indices.map { index in
      let completion = completions[index]
      let prompt = world.text(completion.prompt)
      let whole = world.text(completion.prompt + completion.text)
      return HoneypotRun.Sample(
        prompt: prompt,
        text: SampleText(
          String(whole.dropFirst(prompt.count)), proxyReward: proxy[index], goldReward: gold[index])
      )
    }
  }

  private func sampler(_ policy: LanguageModel, _ world: HoneypotWorld) -> Sampler {
    Sampler(
      policy,
      Sampling(
        temperature: world.configuration.temperature,
        maximumLength: world.configuration.maximumLength),
      stopTokens: policy.configuration.stopTokens)
  }
}
