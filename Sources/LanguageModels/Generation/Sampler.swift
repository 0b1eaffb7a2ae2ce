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
  public init(
    _ model: LanguageModel, _ sampling: Sampling, stopTokens: [Int], recordsGreedy: Bool = false,
    continues: Bool = false, dropout: Generator? = nil
  ) {
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
      var batch = ActiveBatch(
        prompts, model, capacity: sampling.maximumLength + (continues ? 1 : 0), dropout: dropout)
      var processor = ScoreProcessor(
        sampling, stopTokens: stopTokens, prompts: prompts,
        vocabularyCount: model.configuration.vocabularyCount, device: device)
      var draws = RowDraws(
        draws, rows: prompts.count, steps: sampling.maximumLength, device: device)
      var record = RolloutRecord(prompts, recordsGreedy: recordsGreedy)
      var hidden = batch.prefill()
      // Scores are formed in at least float32, as in training: rounded ones would move probability ratios.
      let type = model.outputWeight.dataType == .float64 ? DataType.float64 : .float32
      let output = model.outputWeight.cast(to: type).transposed()
      let interval = goesOn == nil ? stepsBetweenReads : 1
      for step in 0..<sampling.maximumLength {
        let logProbabilities = processor(hidden.cast(to: type).matmul(output), step: step)
          .logSoftmax(along: -1)
        var tokens =
          sampling.temperature == 0
          ? logProbabilities.argmax(along: -1) : draws.tokens(logProbabilities, step: step)
        record.append(tokens, logProbabilities, hidden)
        let isLast = step + 1 == sampling.maximumLength
        if isLast || (step + 1).isMultiple(of: interval) {
          let going = record.read(rows: batch.rows) { completion, token in
            if stopTokens.contains(token) { return .stopToken }
            return goesOn?(completion, token) == false ? .stopString : nil
          }
          if going.isEmpty || isLast && !continues { break }
          if going.count < batch.rows.count {
            let kept = Tensor(going, device: device)
            batch.keep(going, as: kept)
            processor.keep(rows: kept)
            draws.keep(rows: kept)
            tokens = tokens.selecting(kept, along: 0)
          }
        }
        processor.append(tokens)
        hidden = batch.advance(tokens)
      }
      return record.rollout(final: continues ? hidden : nil)
    }
  }
}
