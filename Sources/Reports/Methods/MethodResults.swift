/// All numbers of a comparison, worked out once: estimates with intervals, the front, and rewards at equal KL.
///
/// Every number of a method is a function of its runs alone: neither its name nor its place in the list matters.
public struct MethodResults: Sendable {
  private struct Key: Hashable {
    let method: String
    let metric: MethodMetric
    let scope: MethodComparison.Scope
  }

  /// The runs.
  public let comparison: MethodComparison
  /// How they are resampled.
  public let bootstrap: StratifiedBootstrap
  /// KL and gold of all methods over the holes; methods that lack a hole are left out of the front.
  public let front: ParetoFront
  /// For each hole the greatest KL in nats that all finished runs with curves reached.
  public let equalDivergences: [String: Double]
  /// Gold over the holes at these KLs, by method.
  public let goldAtEqualDivergence: [String: Estimate]
  private let estimates: [Key: Estimate]

  /// Works the numbers out.
  public init(_ comparison: MethodComparison, bootstrap: StratifiedBootstrap = .init()) {
    self.comparison = comparison
    self.bootstrap = bootstrap
    var estimates: [Key: Estimate] = [:]
    let scopes: [MethodComparison.Scope] =
      [.holes, .controls] + comparison.tasks.map { .task($0.name) }
    for scope in scopes {
      for method in comparison.methods {
        for metric in MethodMetric.allCases {
          let rows = comparison.rows([metric], of: method.name, in: scope)
          estimates[Key(method: method.name, metric: metric, scope: scope)] = Estimate(
            rows.map { $0.map { $0[0] } }, bootstrap: bootstrap)
        }
      }
    }
    self.estimates = estimates
    front = ParetoFront(
      comparison.methods.map { method in
        let rows = comparison.rows([.divergence, .gold], of: method.name, in: .holes)
        // Who lacks a task would be compared over the others, which may be the easy ones.
        return rows.contains { $0.isEmpty } ? [] : rows
      }, bootstrap: bootstrap)
    equalDivergences = comparison.equalDivergences
    goldAtEqualDivergence = comparison.goldAtEqualDivergence(equalDivergences, bootstrap)
  }

  /// A number of a method over some tasks.
  public func estimate(
    _ metric: MethodMetric, of method: String, in scope: MethodComparison.Scope
  ) -> Estimate {
    estimates[Key(method: method, metric: metric, scope: scope)]
      ?? Estimate([], bootstrap: bootstrap)
  }

  /// The metrics that at least one method has in a scope.
  public func known(
    _ metrics: [MethodMetric], in scope: MethodComparison.Scope
  ) -> [MethodMetric] {
    metrics.filter { metric in
      comparison.methods.contains { estimate(metric, of: $0.name, in: scope).value != nil }
    }
  }

  /// How likely a run of one method earns more gold than one of another in a hole; nil where they share none.
  public func improvement(of method: String, over other: String) -> ProbabilityOfImprovement? {
    let gold = { comparison.rows([.gold], of: $0, in: .holes).map { $0.map { $0[0] } } }
    return ProbabilityOfImprovement(
      zip(gold(method), gold(other)).map { ($0, $1) }, bootstrap: bootstrap)
  }

  /// The share of resamples in which each method earns no less gold over the holes than all others; empty where seeds are too few.
  public var bestShares: [String: Double] {
    let means = comparison.methods.compactMap { method -> (String, [Double])? in
      let estimate = estimate(.gold, of: method.name, in: .holes)
      guard estimate.interval != nil, estimate.missingTaskCount == 0 else { return nil }
      return (method.name, bootstrap.interquartileMeans(of: estimate.strata))
    }
    return Dictionary(
      means.map { name, own in
        let count = own.indices.count { draw in means.allSatisfy { $0.1[draw] <= own[draw] } }
        return (name, Double(count) / Double(own.count))
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension MethodComparison {
  /// For each hole the greatest KL that all finished runs with curves reached; holes that no such run has are left out.
  var equalDivergences: [String: Double] {
    holes.reduce(into: [:]) { found, hole in
      let names = Set(methods.map(\.name))
      found[hole.name] = runs.filter {
        $0.task == hole.name && $0.failure == nil && names.contains($0.method)
      }.compactMap { run in
        run.curves[MethodMetric.gold.rawValue].flatMap { gold in
          run.curves[MethodMetric.divergence.rawValue].flatMap {
            RewardAtDivergence.reach(divergence: $0, reward: gold)
          }
        }
      }.min()
    }
  }

  /// Gold over the holes at one KL for each, by method; methods without curves have none.
  func goldAtEqualDivergence(
    _ targets: [String: Double], _ bootstrap: StratifiedBootstrap
  ) -> [String: Estimate] {
    methods.reduce(into: [:]) { found, method in
      let strata = holes.filter { targets[$0.name] != nil }.map { hole in
        runs(of: method.name, on: hole.name).filter { $0.failure == nil }.compactMap { run in
          RewardAtDivergence.reward(
            divergence: run.curves[MethodMetric.divergence.rawValue] ?? [],
            reward: run.curves[MethodMetric.gold.rawValue] ?? [], at: targets[hole.name] ?? 0
          ).map { scaled($0, .gold, of: hole, in: .holes) }
        }
      }
      let estimate = Estimate(strata, bootstrap: bootstrap)
      if estimate.value != nil { found[method.name] = estimate }
    }
  }
}
