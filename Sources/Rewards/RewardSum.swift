public import LanguageModels

/// Several rewards at once, each with a weight: the sum of what they pay, at the end and at tokens.
///
/// Equal completions of equal prompts are judged once. Parts that wait for others (programs, judges) do so at the same time, while the
/// other parts are computed.
public struct RewardSum: Reward {
  /// One reward of several.
  public struct Part: Sendable {
    /// Its name in reports: letters, digits, `_`, `-` and `.`.
    public var name: String
    /// What it counts.
    public var weight: Double
    /// The reward.
    public var reward: any Reward

    /// A part.
    public init(_ name: String, weight: Double = 1, _ reward: any Reward) {
      self.name = name
      self.weight = weight
      self.reward = reward
    }
  }

  /// The parts, in the order of reports.
  public let parts: [Part]

  /// Whether any part waits.
  public var waits: Bool { parts.contains { $0.reward.waits } }

  /// A sum.
  ///
  /// - Parameter parts: At least one, no two of one name, all of finite weight.
  public init(_ parts: [Part]) {
    precondition(!parts.isEmpty, "a sum of no rewards pays nothing")
    precondition(Set(parts.map(\.name)).count == parts.count, "two parts have one name")
    precondition(parts.allSatisfy(\.weight.isFinite), "weights are finite")
    self.parts = parts
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) throws -> [Grade] {
    let distinct = Distinct(completions)
    let columns = try columns(distinct.values, firsts: distinct.firsts)
    let sums = distinct.values.indices.map { row in sum(columns.map { $0[row] }) }
    return distinct.rows.map { sums[$0] }
  }

  // Grades by part, of completions whose places in the batch are known.
  private func columns(_ completions: [Completion], firsts: [Int]) throws -> [[Grade]] {
    let grade = { @Sendable (index: Int) in
      do {
        let grades = try parts[index].reward.grades(completions)
        try check(grades, completions)
        return grades
      } catch var failure as RewardFailure {
        failure.part = parts[index].name
        failure.completion = failure.completion.map { firsts[$0] }
        throw failure
      } catch {
        throw RewardFailure(part: parts[index].name, cause: error)
      }
    }
    let waiting = parts.indices.filter { parts[$0].reward.waits }
    let others = parts.indices.filter { !parts[$0].reward.waits }
    let (early, late) = try concurrently(
      waiting.count, { try grade(waiting[$0]) }, meanwhile: { try others.map(grade) })
    var columns = [[Grade]](repeating: [], count: parts.count)
    for (index, grades) in zip(waiting + others, early + late) { columns[index] = grades }
    return columns
  }

  private func check(_ grades: [Grade], _ completions: [Completion]) throws {
    guard grades.count == completions.count else {
      throw RewardProblem(
        "it gave \(grades.count) grades for \(completions.count) different completions")
    }
    for (index, (grade, completion)) in zip(grades, completions).enumerated() {
      if let count = grade.tokens?.count, count != completion.tokens.count {
        throw RewardFailure(
          completion: index,
          cause: RewardProblem(
            "it gave \(count) numbers for \(completion.tokens.count) tokens"))
      }
    }
  }

  // One completion's grades, added up.
  private func sum(_ grades: [Grade]) -> Grade {
    var sum = Grade(0)
    for (part, grade) in zip(parts, grades) {
      sum.score += part.weight * grade.score
      if let tokens = grade.tokens {
        let weighted = tokens.map { part.weight * $0 }
        sum.tokens = sum.tokens.map { zip($0, weighted).map(+) } ?? weighted
      }
      sum.parts.append(.init(name: part.name, weight: part.weight, value: grade.total))
      for (name, value) in grade.remarks { sum.remarks["\(part.name)_\(name)"] = value }
    }
    return sum
  }
}
