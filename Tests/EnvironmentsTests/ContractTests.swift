import Environments
import Testing

@Suite struct `The contract of environments` {
  @Test(arguments: [Bandit.weddingOrParty, .pizzaOrCookies, .wireheading])
  func `is kept by bandits`(bandit: Bandit) throws {
    try EnvironmentContract(start: .fixed).check(bandit)
  }

  @Test func `is kept by decision processes`() throws {
    try EnvironmentContract().check(MarkovDecisionProcess.example)
    try EnvironmentContract(start: .fixed).check(MarkovDecisionProcess.deterministicExample)
  }

  @Test(arguments: [
    PrisonersDilemma.published, .mildTemptation, .faintTemptation, .costlyCooperation,
  ])
  func `is kept by prisoner's dilemmas`(dilemma: PrisonersDilemma) throws {
    try EnvironmentContract().check(dilemma)
  }

  @Test(arguments: [1, 5, 19])
  func `is kept by random walks`(stateCount: Int) throws {
    try EnvironmentContract(start: .fixed).check(RandomWalk(stateCount: stateCount))
  }

  @Test func `is kept by catch`() throws {
    try EnvironmentContract().check(Catch())
    try EnvironmentContract(start: .fixed).check(Catch(rows: 2, columns: 1))
  }

  @Test func `is kept by the cart and the acrobot, with and without a limit`() throws {
    try EnvironmentContract().check(CartPole())
    try EnvironmentContract().check(CartPole.v1())
    try EnvironmentContract().check(Acrobot())
    try EnvironmentContract().check(Acrobot.v1())
  }

  @Test func `is kept under a limit of time`() throws {
    try EnvironmentContract().check(TimeLimit(PrisonersDilemma.published, limit: 3))
    try EnvironmentContract(start: .fixed).check(TimeLimit(RandomWalk(), limit: 1))
  }

  @Test func `can be kept by an environment known only at run time`() throws {
    let worlds: [any Environment] = [Bandit.weddingOrParty, Catch(), CartPole.v1()]
    for var world in worlds {
      #expect(try !world.episode(seed: 1, actionSeed: 2).steps.isEmpty)
    }
  }
}

/// Ways to act where one may not.
enum Misuse: String, CaseIterable, Codable, Sendable {
  case beforeReset, afterEnd, negative, tooLarge, afterTruncation, raggedNames, evenWalk, noTime
  case undiscounted, shortPolicy

  func commit() throws {
    var chance = SeededGenerator(seed: 1)
    var bandit = Bandit.weddingOrParty
    switch self {
    case .beforeReset: _ = bandit.step(0)
    case .afterEnd:
      _ = bandit.reset(using: &chance)
      _ = bandit.step(0)
      _ = bandit.step(0)
    case .negative:
      _ = bandit.reset(using: &chance)
      _ = bandit.step(-1)
    case .tooLarge:
      var pole = CartPole()
      _ = pole.reset(using: &chance)
      _ = pole.step(2)
    case .afterTruncation:
      var limited = TimeLimit(PrisonersDilemma.published, limit: 1)
      _ = try limited.reset(using: &chance)
      _ = try limited.step(0)
      _ = try limited.step(0)
    case .raggedNames: _ = Bandit(rewards: [1, 2], actionNames: ["one"])
    case .evenWalk: _ = RandomWalk(stateCount: 4)
    case .noTime: _ = TimeLimit(Catch(), limit: 0)
    case .undiscounted: _ = PrisonersDilemma.published.value(of: .alternate, discount: 1)
    case .shortPolicy: _ = MarkovDecisionProcess.example.trajectories { _, _ in [1] }
    }
  }

  var words: String {
    switch self {
    case .beforeReset: "Bandit was acted in before its first reset"
    case .afterEnd: "Bandit was acted in after its episode's end; reset it"
    case .negative: "Bandit has the actions 0..<2, and was given -1"
    case .tooLarge: "CartPole has the actions 0..<2, and was given 2"
    case .afterTruncation: "TimeLimit<PrisonersDilemma> was acted in after its episode's end"
    case .raggedNames: "2 rewards, but 1 action names"
    case .evenWalk: "a walk of 4 states has no middle"
    case .noTime: "a time limit of 0 steps leaves no episode"
    case .undiscounted: "an endless game has no value at a discount of 1.0"
    case .shortPolicy: "the policy has 1 probabilities for 2 actions"
    }
  }
}

@Suite struct `Misused environments` {
  @Test(arguments: Misuse.allCases)
  func `end the process and say why`(misuse: Misuse) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [misuse] in
      try misuse.commit()
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains(misuse.words), "\(message)")
  }

  /// Every environment asks for itself, so each is tried.
  @Test(arguments: 0..<6)
  func `end the process when acted in before a reset`(index: Int) async {
    await #expect(processExitsWith: .failure) { [index] in
      var world: any Environment = [
        CartPole(), Acrobot(), Catch(), RandomWalk(), PrisonersDilemma.published,
        MarkovDecisionProcess.example,
      ][index]
      _ = try? world.step(0)
      // Whoever comes here has not been stopped, and leaves in peace.
    }
  }
}
