import ArgumentParser
import Experiments
import Foundation
import PolicyOptimization
import Torch

/// What makes a table of a bandit: rewards, actions, start and rates.
struct BanditTableOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Rewards of the actions, with commas; none is 1,0.5.")
  var rewards: String?

  @Option(
    parsing: .unconditional,
    help: "Actions taken, numbered from 0, with commas; without it the policy draws them.")
  var actions: String?

  @Option(parsing: .unconditional, help: "ppo or actde; both without it.")
  var method: String?

  @Option(
    parsing: .unconditional,
    help: "The policy at the start, one probability per reward, with commas; none is uniform.")
  var initialProbabilities: String?

  @Option(parsing: .unconditional, help: "η, above 0; none is 1.")
  var learningRate: String?

  @Option(parsing: .unconditional, help: "α, above 0 and below 2; none is 1.")
  var valueLearningRate: String?

  @Option(
    name: .customLong("steps"), parsing: .unconditional,
    help: "How many actions the policy draws; none is 10.")
  var stepCount: String?

  @Option(parsing: .unconditional, help: "The seed of the draws, 0 or above; none is 0.")
  var seed: String?

  /// Whether none of the flags is there.
  var isEmpty: Bool {
    let given = [
      rewards, actions, method, initialProbabilities, learningRate, valueLearningRate, stepCount,
      seed,
    ]
    return given.allSatisfy { $0 == nil }
  }

  /// The bandit that the flags describe.
  func bandit() throws -> Bandit {
    let rewards = try rewards.map { try numbers($0, "--rewards", "numbers such as 1,0.5") }
    guard let rewards else { return try bandit(Bandit.words.rewards, names: Bandit.words.names) }
    guard (1...1000).contains(rewards.count), rewards.allSatisfy({ abs($0) <= 1e6 }) else {
      throw InputProblem("--rewards: takes 1 to 1000 numbers from -1e6 to 1e6")
    }
    return try bandit(rewards, names: nil)
  }

  private func bandit(_ rewards: [Double], names: [String]?) throws -> Bandit {
    let flag = "--initial-probabilities"
    guard let text = initialProbabilities else { return Bandit(rewards: rewards, names: names) }
    let probabilities = try numbers(text, flag, "numbers such as 0.01,0.99")
    guard probabilities.count == rewards.count else {
      throw InputProblem(
        "\(flag): \(probabilities.count) given for \(rewards.count) rewards; give one for each")
    }
    if let wrong = probabilities.first(where: { $0 <= 0 }) {
      throw InputProblem("\(flag): \(wrong) is not above 0; an action without any is never tried")
    }
    let sum = probabilities.reduce(0, +)
    guard abs(sum - 1) < 1e-6 else {
      throw InputProblem("\(flag): they sum to \(sum), not to 1")
    }
    return Bandit(rewards: rewards, initialProbabilities: probabilities, names: names)
  }

  /// The rows of the table, one method after the other.
  func steps() throws -> [BanditStep] {
    let bandit = try bandit()
    let learningRate = try number(learningRate, "--learning-rate", "a number above 0, up to 1e6") {
      $0 > 0 && $0 <= 1e6
    }
    let valueLearningRate = try number(
      valueLearningRate, "--value-learning-rate", "a number above 0 and below 2"
    ) { $0 > 0 && $0 < 2 }
    let actions = try actions.map { try parsedActions($0, count: bandit.rewards.count) }
    let stepCount = try whole(stepCount, "--steps", 1...1_000_000)
    let seed = try whole(seed, "--seed", 0...Int.max) ?? 0
    if let actions, let stepCount, stepCount != actions.count {
      throw InputProblem("--steps: \(stepCount) given for \(actions.count) --actions; leave it out")
    }
    return try methods().flatMap { method in
      let learner = bandit.learner(
        method, learningRate: learningRate, valueLearningRate: valueLearningRate)
      if let actions { return bandit.table(of: actions, learner: learner) }
      return bandit.table(
        ofSampled: stepCount ?? 10, learner: learner,
        generator: Generator(seed: UInt64(seed), purpose: "bandit"))
    }
  }

  private func methods() throws -> [TabularLearner.Method] {
    guard let method else { return TabularLearner.Method.allCases }
    guard let known = TabularLearner.Method(rawValue: method) else {
      let all = TabularLearner.Method.allCases.map(\.rawValue).joined(separator: " or ")
      throw InputProblem("--method: '\(method)' is not known; use \(all)")
    }
    return [known]
  }

  private func parsedActions(_ text: String, count: Int) throws -> [Int] {
    try parts(text).map { part in
      guard let action = Int(part), (0..<count).contains(action) else {
        throw InputProblem(
          "--actions: '\(part)' is no action; there are \(count), numbered 0 to \(count - 1)")
      }
      return action
    }
  }
}

private func parts(_ text: String) -> [String] {
  text.split(separator: ",", omittingEmptySubsequences: false).map {
    $0.trimmingCharacters(in: .whitespaces)
  }
}

private func numbers(_ text: String, _ flag: String, _ expected: String) throws -> [Double] {
  try parts(text).map { part in
    guard let number = Double(part), number.isFinite else {
      throw InputProblem("\(flag): '\(part)' is not a number; give \(expected)")
    }
    return number
  }
}

private func number(
  _ text: String?, _ flag: String, _ expected: String, isValid: (Double) -> Bool
) throws -> Double {
  guard let text else { return 1 }
  guard let number = Double(text), isValid(number) else {
    throw InputProblem("\(flag): '\(text)' is not \(expected)")
  }
  return number
}

private func whole(_ text: String?, _ flag: String, _ range: ClosedRange<Int>) throws -> Int? {
  guard let text else { return nil }
  guard let number = Int(text), range.contains(number) else {
    let valid =
      range.upperBound == .max
      ? "of \(range.lowerBound) or above" : "from \(range.lowerBound) to \(range.upperBound)"
    throw InputProblem("\(flag): '\(text)' is not a whole number \(valid)")
  }
  return number
}
