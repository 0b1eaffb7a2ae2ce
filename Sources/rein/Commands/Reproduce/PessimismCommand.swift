import ArgumentParser
import Experiments

struct PessimismCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pessimism",
    abstract: "What may a policy on a KL budget do that its demonstrator would not?",
    discussion: """
      Cohen, Hutter, Bengio and Russell (2024), "RL, but don't do anything I wouldn't \
      do", in a world small enough to count: 20,745 automata, their Bayes mixture, and \
      an imitator that asks where its models disagree. Shown are

        - what a budget in nats buys after an event without precedent, against the
          demonstrator, the mixture and the pessimistic imitator;
        - how slowly the simplest event without precedent grows more complex;
        - how often the imitator asks, and whether it stops hearing the demonstrator;
        - whether near-optimal policies are simple, which the paper leaves open;
        - the same with total variation in place of divergence.

      Everything but the draws of demonstrations and problems is exact.

      Examples:

        rein reproduce pessimism
        rein reproduce pessimism --seeds 10 --output runs/ten
        rein reproduce pessimism --json | jq 'select(.kind == "asking").left'
      """)

  @OptionGroup var options: SeedOptions

  @Option(help: "Where the page, the tables and the records go.")
  var output = "runs/pessimism"

  func run() throws {
    let seeds = try options.count(default: 5)
    let outcome = Console().watching { progress in
      PessimismExperiment(seeds: seeds).run(
        command: ExperimentResults.command, progress: progress)
    }
    try outcome.deliver(in: output, json: options.json)
  }
}
