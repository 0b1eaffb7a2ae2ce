/// Whether what is trained on rises while what is meant falls.
///
/// The mark of overoptimisation (L. Gao, J. Schulman and J. Hilton, Scaling laws for reward model overoptimization, 2022, figure 1). Slopes in standard errors are
/// compared, since the two scores need not have one scale.
public struct ProxyGoldTrend: Hashable, Sendable {
  /// The line through the mean proxy scores.
  public let proxy: Trend
  /// The line through the mean gold scores.
  public let gold: Trend

  /// The trends over a stretch; nil for fewer than three steps, or where a value is not finite.
  ///
  /// - Parameters:
  ///   - steps: The numbers of the steps.
  ///   - proxyScores: The mean proxy score at each.
  ///   - goldScores: The mean gold score of the same completions.
  public init?(steps: [Int], proxyScores: [Double], goldScores: [Double]) {
    guard let proxy = Trend(steps: steps, values: proxyScores),
      let gold = Trend(steps: steps, values: goldScores)
    else { return nil }
    self.proxy = proxy
    self.gold = gold
  }

  /// min(z_proxy, −z_gold), z a slope in standard errors, from −100 to 100.
  ///
  /// It is above c only if the proxy rises by more than c standard errors *and* gold falls by more than c.
  public var parting: Double {
    min(proxy.slopeInStandardErrors, -gold.slopeInStandardErrors)
  }
}
