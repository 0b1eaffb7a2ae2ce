/// A hard budget: how many nats an episode may spend on differing from the base policy.
///
/// Unlike a penalty, which trades reward for KL at a price, a budget holds for every policy: where nothing is left, the base
/// policy plays.
///
/// Article: <doc:KLBudget>.
public struct KLBudget: Codable, Equatable, Sendable {
  /// What an action takes from the budget.
  public enum Accounting: String, Codable, Sendable, CaseIterable {
    /// KL(x ‖ b) of the distribution it was drawn from: certain, and within the budget on every path.
    case analytic
    /// log x(a)/b(a), as published: unlikely draws give back, and a draw may take more than there is, which nobody pays.
    case realised
    /// log x(a)/b(a) where that is above 0, with x held so near to b that no draw takes more than there is: then no episode is
    /// more than e^budget times as probable as under the base policy.
    case noRefund = "no-refund"
  }

  /// The budget of an episode in nats.
  public var nats: Double
  /// What an action takes from it.
  public var accounting: Accounting
  /// Training steps over which the budget grows evenly from 0 to `nats`; 0 gives all of it at once.
  public var rampSteps: Int

  enum CodingKeys: String, CodingKey {
    case nats, accounting
    case rampSteps = "ramp_steps"
  }

  /// A budget.
  public init(nats: Double, accounting: Accounting = .analytic, rampSteps: Int = 0) {
    self.nats = nats
    self.accounting = accounting
    self.rampSteps = rampSteps
  }

  /// The budget of an episode of a training step.
  ///
  /// - Parameter step: Counted from 0.
  /// - Returns: Nats; all of them from step `rampSteps` on.
  public func nats(atStep step: Int) -> Double {
    rampSteps > 0 ? nats * min(Double(step) / Double(rampSteps), 1) : nats
  }

  /// Says what is wrong, or nil.
  public var problem: String? {
    if !(nats >= 0 && nats.isFinite) {
      return "a budget of \(nats) nats is below 0 or not a number"
    }
    if rampSteps < 0 { return "ramp_steps \(rampSteps) is below 0" }
    return nil
  }
}
