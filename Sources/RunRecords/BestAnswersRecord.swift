import Files

/// What the best of n answers is expected to earn: one line of `best-of-n.jsonl`.
public struct BestAnswersRecord: Codable, Hashable, Sendable {
  /// n.
  public var count: Int
  /// KL(best of n ‖ policy) in nats.
  public var divergence: Double
  /// The expected score of the chosen answer.
  public var score: Double
  /// Its expected gold reward, where there is a judge.
  public var gold: Double?

  enum CodingKeys: String, CodingKey {
    case count = "n"
    case divergence = "kl"
    case score
    case gold = "gold_reward"
  }

  /// Creates a line.
  public init(count: Int, divergence: Double, score: Double, gold: Double? = nil) {
    self.count = count
    self.divergence = divergence
    self.score = score
    self.gold = gold
  }
}

extension RunFolder {
  /// Writes what fewer answers would have earned, in place of what was known before.
  ///
  /// - Parameter records: From one answer up.
  /// - Throws: ``RunRecordsError/file(_:)``.
  public func write(_ records: [BestAnswersRecord]) throws(RunRecordsError) {
    do throws(FileError) {
      try JSONLines.write(records, to: bestAnswers)
    } catch {
      throw .file(error)
    }
  }
}
