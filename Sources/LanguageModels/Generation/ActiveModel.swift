import Torch

/// A model that writes the completions of a batch: what it would say next in every row that is still being written.
struct ActiveModel {
  /// The rows that are still being written.
  var rows: [Int] { batch.rows }
  /// The states that predict the next tokens [rows, width].
  private(set) var hidden: Tensor
  private var batch: ActiveBatch
  private var processor: ScoreProcessor
  // The output projection [width, vocabulary].
  private let output: Tensor

  /// A model that has read the prompts.
  init(
    _ model: LanguageModel, _ prompts: [[Int]], _ sampling: Sampling, stopTokens: [Int],
    capacity: Int, dropout: Generator? = nil
  ) {
    batch = ActiveBatch(prompts, model, capacity: capacity, dropout: dropout)
    processor = ScoreProcessor(
      sampling, stopTokens: stopTokens, prompts: prompts,
      vocabularyCount: model.configuration.vocabularyCount, device: model.outputWeight.device)
    // Scores are formed in at least float32, as in training: rounded ones would move probability ratios.
    let type = model.outputWeight.dataType == .float64 ? DataType.float64 : .float32
    output = model.outputWeight.cast(to: type).transposed()
    hidden = batch.prefill()
  }

  /// The log-probabilities of every row's next token [rows, vocabulary], read from other states where some are given.
  func distribution(step: Int, from states: Tensor? = nil) -> Tensor {
    processor((states ?? hidden).cast(to: output.dataType).matmul(output), step: step)
      .logSoftmax(along: -1)
  }

  /// Lets all but some rows go.
  mutating func keep(_ going: [Int], as kept: Tensor) {
    batch.keep(going, as: kept)
    processor.keep(rows: kept)
  }

  /// Reads one more token per row.
  mutating func advance(_ tokens: Tensor) {
    processor.append(tokens)
    hidden = batch.advance(tokens)
  }
}
