/// A pair of texts as ratings are exported: a preference row of TRL's standard form, with a soft label.
///
/// ``PreferenceRow`` reads these and the other forms that trainers take.
public struct PreferencePair: Codable, Hashable, Sendable {
  /// The text that both continue; absent when the pair stands for itself.
  public var prompt: String?
  /// The text that is preferred.
  public var chosen: String
  /// The text that is not.
  public var rejected: String
  /// The probability in 0...1 that a person prefers `chosen`; absent means certain.
  ///
  /// With it, the preference loss is the cross-entropy against this soft label instead of
  /// against 1.
  public var probability: Double?

  /// Creates a row.
  ///
  /// - Precondition: `probability` is in 0...1.
  public init(prompt: String? = nil, chosen: String, rejected: String, probability: Double? = nil) {
    if let probability {
      precondition(
        (0...1).contains(probability), "probability must be in 0...1, and is \(probability)")
    }
    self.prompt = prompt
    self.chosen = chosen
    self.rejected = rejected
    self.probability = probability
  }

  /// Reads a row.
  ///
  /// - Throws: `DecodingError`, also for a probability outside 0...1.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    prompt = try container.decodeIfPresent(String.self, forKey: .prompt)
    chosen = try container.decode(String.self, forKey: .chosen)
    rejected = try container.decode(String.self, forKey: .rejected)
    probability = try container.decodeIfPresent(Double.self, forKey: .probability)
    guard let probability, !(0...1).contains(probability) else { return }
    throw DecodingError.dataCorruptedError(
      forKey: .probability, in: container,
      debugDescription: "must be in 0...1, and is \(probability)")
  }

  private enum CodingKeys: String, CodingKey {
    case prompt, chosen, rejected, probability
  }
}
