import LanguageModels
import Rewards
import RunRecords

extension [Grade] {
  /// Refuses grades that nothing can be learned from.
  func check(_ completions: [Completion], step: Int) throws(TrainingError) {
    guard count == completions.count else {
      throw .rewardCount(step: step, expected: completions.count, received: count)
    }
    for (index, grade) in enumerated() {
      let (expected, received) = (completions[index].tokens.count, grade.tokens?.count)
      if let received, received != expected {
        throw .rewardTokens(
          step: step, completion: index, expected: expected, received: received)
      }
      guard !grade.isFinite else { continue }
      let part = grade.parts.first { !$0.contribution.isFinite }
      let value = part?.value ?? grade.total
      // A NaN may have a sign, which says nothing.
      throw .reward(
        step: step, completion: index, part: part?.name, value: value.isNaN ? "nan" : "\(value)")
    }
  }

  /// What the parts of a sum gave, and what was remarked, over the completions of a step.
  var metrics: [(Metric, Double)] {
    guard let first else { return [] }
    let parts = first.parts.indices.flatMap { index -> [(Metric, Double)] in
      let (part, values) = (first.parts[index], map { $0.parts[index].value })
      let (mean, deviation) = Self.moments(values)
      return [(.rewardPart(part.name), part.weight * mean), (.rewardMean(part.name), mean)]
        + (deviation.map { [(.rewardDeviation(part.name), $0)] } ?? [])
    }
    let remarks = first.remarks.keys.sorted().map { name in
      (Metric.rewardPart(name), Self.moments(map { $0.remarks[name] ?? .nan }).mean)
    }
    return parts + remarks
  }

  // As TRL has it, the deviation is that of a sample, and there is none of one number.
  private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double?) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil)
  }
}

extension Grade {
  /// Whether everything that is paid is a finite number.
  var isFinite: Bool { total.isFinite && (tokens ?? []).allSatisfy(\.isFinite) }

  /// What samples say was paid: for all of it, and by each part.
  var report: [String: Double] {
    parts.reduce(into: ["score": total]) { $0[$1.name] = $1.contribution }
  }
}
