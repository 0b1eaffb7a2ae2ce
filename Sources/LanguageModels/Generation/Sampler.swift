public import Torch

/// Draws completions from a language model: each distinct prompt in one pass, then token by token with a key-value cache;
/// finished rows leave the batch.
public struct Sampler {
  private let model: LanguageModel
  private let sampling: Sampling
  private let stopTokens: [Int]
  private let recordsGreedy: Bool
  private let continues: Bool
  private let dropout: Generator?
  private let restraint: Restraint?
  /// How many steps are taken before the host reads the tokens: on a GPU some, so that it never waits for one.
  var stepsBetweenReads: Int

  /// A sampler.
  ///
  /// - Parameters:
  ///   - model: The policy.
  ///   - sampling: How tokens are drawn.
  ///   - stopTokens: The tokens that end a completion; with none of them, only its length does.
  ///   - recordsGreedy: Whether the most probable tokens are written down too.
  ///   - continues: Whether the state after each completion's last token is computed too, for tasks that go on; needs `stopTokens` empty.
  ///   - dropout: Where dropout masks come from, for policies that act as they are trained.
  ///   - restraint: What holds the draws near those of a base model; needs a sampling that truncates nothing.
  public init(
    _ model: LanguageModel, _ sampling: Sampling, stopTokens: [Int], recordsGreedy: Bool = false,
    continues: Bool = false, dropout: Generator? = nil, restraint: Restraint? = nil
  ) {
    precondition(
      restraint == nil || sampling.isUntruncated, "a budget counts nats of whole distributions")
    self.restraint = restraint
    precondition(!continues || stopTokens.isEmpty, "a task that goes on has no token that ends it")
    self.continues = continues
    self.dropout = dropout
    self.model = model
    self.sampling = sampling
    self.stopTokens = stopTokens
    self.recordsGreedy = recordsGreedy
    stepsBetweenReads = model.outputWeight.device == .cpu ? 1 : 16
  }

  /// One completion for each prompt; prompts that are equal are read once.
  ///
  /// - Parameters:
  ///   - prompts: Token ids, no prompt empty; they may differ in length.
  ///   - generator: Where the draws come from.
  /// - Returns: The completions and what was known at each token.
  public func rollout(_ prompts: [[Int]], using generator: Generator) -> Rollout {
    rollout(prompts, drawing: .inTurn(generator))
  }

  /// One completion for each prompt, watched while it is written.
  ///
  /// - Parameters:
  ///   - prompts: Token ids, no prompt empty; they may differ in length.
  ///   - draws: Where the draws come from.
  ///   - goesOn: Is shown every token as it is drawn, with the number of its completion; false ends the completion there.
  /// - Returns: The completions and what was known at each token.
  public func rollout(
    _ prompts: [[Int]], drawing draws: TokenDraws,
    while goesOn: ((_ completion: Int, _ token: Int) -> Bool)? = nil
  ) -> Rollout {
    Tensor.withoutRecording {
      let device = model.outputWeight.device
      let active = { (model: LanguageModel, dropout: Generator?) in
        ActiveModel(
          model, prompts, sampling, stopTokens: stopTokens,
          capacity: sampling.maximumLength + (continues ? 1 : 0), dropout: dropout)
      }
      var policy = active(model, dropout)
      var restrained = restraint.map { ActiveRestraint($0, active($0.base, nil)) }
      var draws = RowDraws(
        draws, rows: prompts.count, steps: sampling.maximumLength, device: device)
      var record = RolloutRecord(prompts, recordsGreedy: recordsGreedy)
      let interval = goesOn == nil ? stepsBetweenReads : 1
      for step in 0..<sampling.maximumLength {
        let states = restrained?.states(policy.hidden) ?? policy.hidden
        let proposal = policy.distribution(step: step, from: states)
        let logProbabilities = restrained?.played(proposal, step: step) ?? proposal
        var tokens =
          sampling.temperature == 0
          ? logProbabilities.argmax(along: -1) : draws.tokens(logProbabilities, step: step)
        record.append(
          tokens, logProbabilities, states, spending: restrained?.charge(tokens))
        let isLast = step + 1 == sampling.maximumLength
        if isLast || (step + 1).isMultiple(of: interval) {
          let going = record.read(rows: policy.rows) { completion, token in
            if stopTokens.contains(token) { return .stopToken }
            return goesOn?(completion, token) == false ? .stopString : nil
          }
          if going.isEmpty || isLast && !continues { break }
          if going.count < policy.rows.count {
            let kept = Tensor(going, device: device)
            policy.keep(going, as: kept)
            restrained?.keep(going, as: kept)
            draws.keep(rows: kept)
            tokens = tokens.selecting(kept, along: 0)
          }
        }
        policy.advance(tokens)
        restrained?.advance(tokens)
      }
      return record.rollout(final: continues ? policy.hidden : nil)
    }
  }
}
