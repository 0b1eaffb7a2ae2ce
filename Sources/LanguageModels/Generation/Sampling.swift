/// How tokens are drawn from a model's scores.
public struct Sampling: Codable, Equatable, Sendable {
  /// Divides the scores; 0 takes the most probable token.
  public var temperature: Double
  /// Draws only among this many most probable tokens; 0 among all.
  public var topK: Int
  /// Draws only among the fewest tokens whose probabilities reach this sum; 1 among all.
  public var topP: Double
  /// Draws only among tokens at least this share as probable as the most probable one; 0 among all.
  public var minimumP: Double
  /// Above 1, makes tokens of the prompt and of the answer so far less probable; 1 leaves them.
  public var repetitionPenalty: Double
  /// The largest number of tokens drawn.
  public var maximumLength: Int
  /// The smallest number of tokens before the end-of-text token may be drawn.
  public var minimumLength: Int

  enum CodingKeys: String, CodingKey {
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case minimumP = "min_p"
    case repetitionPenalty = "repetition_penalty"
    case maximumLength = "max_new_tokens"
    case minimumLength = "min_new_tokens"
  }

  /// Plain draws from the model.
  public init(
    temperature: Double = 1, topK: Int = 0, topP: Double = 1, minimumP: Double = 0,
    repetitionPenalty: Double = 1, maximumLength: Int = 24, minimumLength: Int = 0
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minimumP = minimumP
    self.repetitionPenalty = repetitionPenalty
    self.maximumLength = maximumLength
    self.minimumLength = minimumLength
  }

  /// Whether every token can be drawn, so that log-probabilities are the model's own at that temperature.
  public var isUntruncated: Bool {
    topK == 0 && topP == 1 && minimumP == 0 && repetitionPenalty == 1 && minimumLength == 0
      && temperature > 0
  }

  /// Says what is wrong, or nil.
  public var problem: String? {
    if !(temperature >= 0 && temperature.isFinite) {
      return "temperature \(temperature) is below 0"
    }
    if topK < 0 { return "top_k \(topK) is below 0" }
    if !(topP > 0 && topP <= 1) { return "top_p \(topP) is outside (0, 1]" }
    if !(minimumP >= 0 && minimumP <= 1) { return "min_p \(minimumP) is outside [0, 1]" }
    if !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
      return "repetition_penalty \(repetitionPenalty) is not above 0"
    }
    if maximumLength < 1 { return "max_new_tokens \(maximumLength) is below 1" }
    if minimumLength < 0 || minimumLength > maximumLength {
      return "min_new_tokens \(minimumLength) is outside 0...\(maximumLength)"
    }
    return nil
  }
}
