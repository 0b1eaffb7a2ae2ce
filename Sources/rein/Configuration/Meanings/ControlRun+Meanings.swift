import Training
import Yams

extension ControlRun.Configuration: RunConfiguration {
  /// The method of the preset that is given, if one is.
  static func defaults(for given: Node.Mapping) throws -> ControlRun.Configuration {
    Self(preset: try givenPreset(in: given) ?? .ppo)
  }

  static let meanings: [(key: String, meaning: String)] =
    [
      ("preset", "A method by name: " + names(Method.Preset.self) + "."),
      ("environment.name", "A world: " + names(WorldChoice.Name.self) + "."),
      (
        "environment.program",
        "An outside program to play with instead, as for the shell; none plays `name`."
      ),
      ("environment.timeout", "Seconds that an outside program has for each answer."),
      ("training.steps", "Steps of the run: each draws, estimates and improves once."),
      ("training.environments", "Worlds side by side; with whole episodes, episodes per step."),
      ("training.rollout_length", "Actions in each world per step; none plays whole episodes."),
      ("training.episode_limit", "Whole episodes are cut after so many actions."),
      ("training.hidden_widths", "Widths of the hidden layers; [] is a table of observations."),
      ("training.activation", "What follows a hidden layer: tanh or relu."),
      ("training.epochs", "Passes over a step's samples."),
      ("training.minibatches", "Updates per pass."),
    ] + MethodMeanings.all + OptimizerMeanings.all(in: "training") + [
      (
        "evaluation_episodes",
        "Episodes after training, with drawn and with the most probable actions."
      ),
      ("base", "The model folder of an earlier run to start from; none starts afresh."),
      ("output", "Where the trained policy goes; none puts it into the run folder."),
      ("seed", "Decides every random draw of the run."),
    ]
}
