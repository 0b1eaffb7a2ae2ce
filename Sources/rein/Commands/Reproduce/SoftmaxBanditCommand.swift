import ArgumentParser
import Experiments

struct SoftmaxBanditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "softmax-bandit",
    abstract: "Does ACTDE end at the softmax over rewards 10 and 11?",
    discussion: """
      Turner and Einhorn (2023): 27 % pizza and 73 % cookies. Shown are

        - the resting point by formula, by trying each action once, by average visits;
        - how long a policy that draws its actions takes to get there: the first
          jump of 10 logits shuts the other action out;
        - what moves the resting point (q₀, scale, η/α) and what does not (a shift
          of all rewards);
        - a softmax policy's true gradient: .513 for pizza, .487 for cookies, the
          order reversed.

      Examples:

        rein reproduce softmax-bandit
        rein reproduce softmax-bandit --seeds 10 --json
      """)

  @OptionGroup var options: SeedOptions

  @Option(help: "Where the page, the tables and the records go.")
  var output = "runs/softmax-bandit"

  func run() throws {
    let seeds = try options.count(default: 50)
    let outcome = Console().watching { progress in
      SoftmaxBanditExperiment(seeds: seeds).run(
        command: ExperimentResults.command, progress: progress)
    }
    try outcome.deliver(in: output, json: options.json)
  }
}
