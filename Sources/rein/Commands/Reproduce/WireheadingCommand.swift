import ArgumentParser
import Experiments

struct WireheadingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wireheading",
    abstract: "Where does ACTDE rest if wireheading pays 100 and pizza 10?",
    discussion: """
      Turner and Einhorn (2023): the policy begins with 1 % pizza and 99 % wireheading. Shown are

        - where ACTDE rests: π(pizza) = 1/(1 + 99·e^90) = 8.3e-42, and that the
          published .02 % does not follow;
        - what the first action drawn decides, for PPO's rule and for ACTDE;
        - what many seeds do that draw 1,000 actions each.

      Examples:

        rein reproduce wireheading
        rein reproduce wireheading --seeds 50 --json
      """)

  @OptionGroup var options: SeedOptions

  @Option(help: "Where the page, the tables and the records go.")
  var output = "runs/wireheading"

  func run() throws {
    let seeds = try options.count(default: 1000)
    let outcome = Console().watching { progress in
      WireheadingExperiment(seeds: seeds).run(
        command: ExperimentResults.command, progress: progress)
    }
    try outcome.deliver(in: output, json: options.json)
  }
}
