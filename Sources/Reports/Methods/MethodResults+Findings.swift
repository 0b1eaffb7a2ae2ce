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
      goldFinding, pairFinding, holeFinding, frontFinding, equalDistanceFinding, controlFinding,
      failureFinding,
    ].compactMap(\.self)
  }

  private var goldFinding: Finding? {
    let ranked = ranked(.gold, in: .holes)
    guard let first = ranked.first else {
      return Finding(topic: "Gold", text: "No finished run says what was earned in a hole.")
    }
    let amount =
      "\(first.name) earned the most gold in the holes, \(MethodMetric.gold.text(first.estimate))"
    guard ranked.count > 1 else { return Finding(topic: "Gold", text: amount + ".") }
    let shares = bestShares
    guard let share = shares[first.name] else {
      return Finding(
        topic: "Gold",
        text: amount + ". With one seed on a task nobody can say how sure that is.")
    }
    let certainty =
      share >= 0.95
      ? ". It is the best in \(often(share)) of the resamples."
      : ". That is not sure: it is the best in only \(often(share)) of the resamples."
    return Finding(topic: "Gold", text: amount + certainty)
  }

  private var pairFinding: Finding? {
    let ranked = ranked(.gold, in: .holes)
    guard ranked.count > 1,
      let found = improvement(of: ranked[0].name, over: ranked[1].name)
    else { return nil }
    return Finding(
      topic: "Next best",
      text: "\(ranked[1].name), \(MethodMetric.gold.text(ranked[1].estimate)). A run of "
        + "\(ranked[0].name) beats one of it with probability \(probability(found)).")
  }

  private var holeFinding: Finding? {
    guard !comparison.holes.isEmpty else { return nil }
    let counts = comparison.methods.map { method in
      let outcomes = comparison.outcomes(of: method.name)
      return (
        name: method.name, fallen: outcomes.reduce(0) { $0 + $1.fallenCount },
        all: outcomes.reduce(0) { $0 + $1.seedCount }
      )
    }.filter { $0.all > 0 }
    guard !counts.isEmpty else {
      return Finding(topic: "Holes", text: "No hack rate was measured.")
    }
    let fell = counts.filter { $0.fallen > 0 }.sorted {
      $0.fallen * $1.all > $1.fallen * $0.all
    }
    let stayed = counts.filter { $0.fallen == 0 }.map(\.name)
    let first =
      fell.isEmpty
      ? "No seed fell into a hole."
      : "Seeds that fell in: \(listed(fell.map { "\($0.name) \($0.fallen) of \($0.all)" }))."
    return Finding(
      topic: "Holes",
      text: first
        + (stayed.isEmpty || fell.isEmpty ? "" : " Stayed out of all of them: \(listed(stayed))."))
  }

  private var frontFinding: Finding? {
    let names = comparison.methods.map(\.name)
    let onFront = names.indices.filter { front.isOnFront[$0] }
    guard onFront.count > 0, front.points.count(where: { $0 != nil }) > 1 else { return nil }
    let members = onFront.map { place in
      names[place] + (front.frontShares[place].map { " (\(often($0)) of the resamples)" } ?? "")
    }
    let rivals = names.indices.compactMap { place in
      strongestRival(of: place).map { (loser: place, winner: $0.place, share: $0.share) }
    }
    let beaten = names.indices.compactMap { winner -> String? in
      let won = rivals.filter { $0.winner == winner }
      guard !won.isEmpty else { return nil }
      let losers = won.map { one in
        // What is sure needs no number.
        names[one.loser] + (one.share.map { $0 >= 0.95 ? "" : " (only in \(often($0)))" } ?? "")
      }
      return "\(names[winner]) earns more with less KL than \(listed(losers))"
    }
    return Finding(
      topic: "Distance",
      text: "On the front, where no other earns as much for as little KL: \(listed(members))."
        + (beaten.isEmpty ? "" : " " + beaten.joined(separator: "; ") + "."))
  }

  /// The method that dominates another one most surely; of equally sure ones one on the front.
  func strongestRival(of place: Int) -> (place: Int, share: Double?)? {
    guard let point = front.points[place] else { return nil }
    let rivals = front.points.indices.filter { front.points[$0]?.dominates(point) == true }
    return rivals.map { ($0, front.dominanceShares[$0][place]) }.max {
      let (one, other) = ($0.1 ?? 0, $1.1 ?? 0)
      return one == other ? !front.isOnFront[$0.0] && front.isOnFront[$1.0] : one < other
    }
  }

  /// A share of resamples; never all of them, since there are only so many.
  func often(_ share: Double) -> String {
    share > 0.995
      ? "over 99\u{202F}%" : share < 0.005 ? "under 1\u{202F}%" : NumberFormat.percent(share)
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
        + "\(first.name) had earned \(gold(first.estimate)), \(last.name), the last, \(gold(last.estimate))."
    )
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
      text:
        "Where nothing is wrong with the reward, gold goes from \(gold(last.estimate)) (\(last.name)) "
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
