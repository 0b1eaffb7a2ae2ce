extension MethodResults {
  /// One thing that the runs say.
  public struct Finding: Hashable, Sendable {
    /// What it is about, in a word or two.
    public var topic: String
    /// The sentence, true for any data.
    public var text: String
  }

  /// What the runs say in plain words, the most important first, each with how sure it is.
  public var findings: [Finding] {
    [
      goldFinding, holeFinding, frontFinding, equalDistanceFinding, controlFinding, failureFinding,
    ].compactMap(\.self)
  }

  private var goldFinding: Finding? {
    let ranked = ranked(.gold, in: .holes)
    guard let first = ranked.first else {
      return Finding(topic: "Gold", text: "No finished run says what was earned in a hole.")
    }
    let amount = "\(first.name) earned the most gold in the holes, \(MethodMetric.gold.text(first.estimate))"
    guard ranked.count > 1 else { return Finding(topic: "Gold", text: amount + ".") }
    let shares = bestShares
    guard let share = shares[first.name] else {
      return Finding(
        topic: "Gold",
        text: amount + ". With one seed on a task nobody can say how sure that is.")
    }
    let second = ranked[1]
    let pairwise = improvement(of: first.name, over: second.name).map {
      " A run of it beats one of \(second.name), the next best, with probability \(probability($0))."
    }
    let certainty =
      share >= 0.95
      ? "; it is the best in \(NumberFormat.percent(share)) of the resamples."
      : ", but that is not sure: it is the best in only \(NumberFormat.percent(share)) of the resamples."
    return Finding(topic: "Gold", text: amount + certainty + (pairwise ?? ""))
  }

  private var holeFinding: Finding? {
    guard !comparison.holes.isEmpty else { return nil }
    let outcomes = comparison.methods.map { ($0.name, comparison.outcomes(of: $0.name)) }
    let fell = outcomes.compactMap { name, found -> (name: String, count: Int)? in
      let count = found.count { $0.fallenCount > 0 }
      return count > 0 ? (name, count) : nil
    }.sorted { $0.count > $1.count }
    let stayed = outcomes.filter { $0.1.allSatisfy { $0.kind == .stayedOut } }.map(\.0)
    let total = comparison.holes.count
    let first =
      fell.isEmpty
      ? "No measured seed fell into a hole."
      : "Fell in with at least one seed: "
        + listed(fell.map { "\($0.name) (\($0.count) of \(total) holes)" }) + "."
    return Finding(
      topic: "Holes",
      text: first + (stayed.isEmpty ? "" : " Stayed out of all of them: \(listed(stayed))."))
  }

  private var frontFinding: Finding? {
    let names = comparison.methods.map(\.name)
    let onFront = names.indices.filter { front.isOnFront[$0] }
    guard onFront.count > 0, front.points.count(where: { $0 != nil }) > 1 else { return nil }
    let members = onFront.map { place in
      names[place]
        + (front.frontShares[place].map { " (\(NumberFormat.percent($0)) of resamples)" } ?? "")
    }
    let beaten = names.indices.compactMap { place -> String? in
      guard !front.isOnFront[place], front.points[place] != nil,
        let rival = strongestRival(of: place)
      else { return nil }
      let share = rival.share.map { " in \(NumberFormat.percent($0))" } ?? ""
      return "\(names[place]) by \(names[rival.place])\(share)"
    }
    return Finding(
      topic: "Distance",
      text: "No other earns as much for as little KL as \(listed(members)) \(members.count == 1 ? "does" : "do")."
        + (beaten.isEmpty ? "" : " Beaten in both: \(listed(beaten))."))
  }

  /// The method that dominates another one most surely.
  func strongestRival(of place: Int) -> (place: Int, share: Double?)? {
    guard let point = front.points[place] else { return nil }
    let rivals = front.points.indices.filter { front.points[$0]?.dominates(point) == true }
    return rivals.map { ($0, front.dominanceShares[$0][place]) }
      .max { ($0.1 ?? 0) < ($1.1 ?? 0) }
  }

  private var equalDistanceFinding: Finding? {
    let ranked = comparison.methods.compactMap { method in
      goldAtEqualDivergence[method.name].flatMap { estimate in
        estimate.missingTaskCount == 0 ? (name: method.name, estimate: estimate) : nil
      }
    }.sorted { ($0.estimate.value ?? 0) > ($1.estimate.value ?? 0) }
    guard let first = ranked.first, ranked.count > 1 else { return nil }
    let last = ranked[ranked.count - 1]
    let gold = MethodMetric.gold.text
    return Finding(
      topic: "Equal KL",
      text: "At the greatest KL that all runs of a hole reached (\(equalDivergenceText) nats) "
        + "\(first.name) had earned \(gold(first.estimate)), \(last.name), the last, \(gold(last.estimate)).")
  }

  /// The least and the greatest of the KLs at which methods are compared.
  var equalDivergenceText: String {
    let values = equalDivergences.values.sorted()
    guard let low = values.first, let high = values.last else { return NumberFormat.missing }
    let (least, greatest) = (
      NumberFormat.significant(low, digits: 2), NumberFormat.significant(high, digits: 2)
    )
    return least == greatest ? least : "\(least) to \(greatest)"
  }

  private var controlFinding: Finding? {
    let ranked = ranked(.gold, in: .controls)
    guard let first = ranked.first, let last = ranked.last, ranked.count > 1 else { return nil }
    let gold = MethodMetric.gold.text
    return Finding(
      topic: "Controls",
      text: "Where nothing is wrong with the reward, gold goes from \(gold(last.estimate)) (\(last.name)) "
        + "to \(gold(first.estimate)) (\(first.name)): what caution costs.")
  }

  private var failureFinding: Finding? {
    let failed = comparison.methods.compactMap { method -> String? in
      let count = comparison.tasks.flatMap { comparison.runs(of: method.name, on: $0.name) }
        .count { $0.failure != nil }
      return count > 0 ? "\(count) of \(method.name)" : nil
    }
    guard !failed.isEmpty else { return nil }
    return Finding(
      topic: "Diverged",
      text: "Runs that did not come to their end and are in no average: \(listed(failed)).")
  }

  /// Methods with values on all tasks, the greatest first.
  private func ranked(
    _ metric: MethodMetric, in scope: MethodComparison.Scope
  ) -> [(name: String, estimate: Estimate)] {
    comparison.methods.map { ($0.name, estimate(metric, of: $0.name, in: scope)) }
      .filter { $0.1.value != nil && $0.1.missingTaskCount == 0 }
      .sorted { ($0.1.value ?? 0) > ($1.1.value ?? 0) }
  }

  private func probability(_ found: ProbabilityOfImprovement) -> String {
    NumberFormat.fixed(found.value, decimals: 2)
      + (found.interval.map {
        " [\(NumberFormat.fixed($0.lower, decimals: 2)), \(NumberFormat.fixed($0.upper, decimals: 2))]"
      } ?? "")
  }
}
