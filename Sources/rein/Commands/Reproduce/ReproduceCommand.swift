import ArgumentParser

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "Published experiments, side by side.",
    discussion: """
      Each writes report.html, tables.md and records.jsonl into its folder and prints its tables, or with --json one JSON \
      object per line. bandit, wireheading and softmax-bandit take a second, pessimism half a minute, kl-budget and \
      classic-control minutes; prisoners-dilemma takes hours, and \
      honeypot takes minutes and trained models.
      """,
    subcommands: [
      BanditCommand.self, WireheadingCommand.self, SoftmaxBanditCommand.self, PessimismCommand.self,
      BudgetCommand.self, TokenFeedbackCommand.self, DilemmaCommand.self,
      ClassicControlCommand.self, HoneypotCommand.self,
    ])
}
