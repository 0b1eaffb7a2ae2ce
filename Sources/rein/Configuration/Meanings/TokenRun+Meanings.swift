import PolicyOptimization
import Training

extension TokenRun.Task: DescribedTask {
  static let meanings: [(key: String, meaning: String)] =
    [
      ("policy", "The checkpoint folder that is trained, with its tokenizer."),
      (
        "reference",
        "The checkpoint that unmarked tokens are held to; none is the policy at the start."
      ),
      (
        "train",
        "JSON Lines files with `marks`, beside `text`, or `prompt` and `completion`: "
          + "{\"prompt\": \"The capital of France is\", \"completion\": \" Lyon.\", \"marks\": [{\"start\": 1, \"end\": 5, \"mark\": -1, \"instead\": \"Paris\"}]}. "
          + "start and end count characters, or token, or first_token and last_token, count tokens; mark is 1 or -1; instead is optional."
      ),
      ("held_out", "Held-out files of the same kind."),
      (
        "max_length",
        "The most tokens of prompt and completion; none takes what the model has room for."
      ),
      ("dropout", "Dropout while training."),
      (
        "training.objective.kind",
        "What becomes of a mark: " + names(TokenObjective.Kind.self)
          + ". literal never stops and is there for comparison; pairwise needs `instead`."
      ),
      (
        "training.objective.beta",
        "β: how dearly the policy pays for leaving the reference at a marked token; the temperature of npo and pairwise."
      ),
      (
        "training.objective.strength",
        "r: what a mark pays, for target and horizon-one: a bad token's odds shrink by exp(−r/β)."
      ),
      ("training.unmarked_weight", "What KL(π ‖ reference) on unmarked tokens counts."),
      (
        "training.candidates",
        "Of how many likely tokens cringe draws the one that a bad token is compared with."
      ),
      ("training.epochs", "Passes over the completions."),
      ("training.batch_rows", "Completions in a batch."),
      (
        "training.micro_batches",
        "Parts that a batch is computed in: the same update in less memory."
      ),
    ] + OptimizerMeanings.all(in: "training")
}
