public import Foundation

/// What `generation_config.json` says about drawing from a model: more tokens that end an answer, and how its makers draw.
public struct GenerationConfiguration: Decodable, Equatable, Sendable {
  /// The tokens that end an answer.
  public var stopTokens: [Int]
  /// Whether tokens are drawn at all; without it, the other values are leftovers.
  public var draws: Bool
  /// As in ``Sampling``, where the file says so.
  public var temperature: Double?
  /// As in ``Sampling``.
  public var topK: Int?
  /// As in ``Sampling``.
  public var topP: Double?
  /// As in ``Sampling``.
  public var minimumP: Double?
  /// As in ``Sampling``.
  public var repetitionPenalty: Double?

  private enum CodingKeys: String, CodingKey {
    case stopTokens = "eos_token_id"
    case draws = "do_sample"
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case minimumP = "min_p"
    case repetitionPenalty = "repetition_penalty"
  }

  /// Nothing said.
  init() { (stopTokens, draws) = ([], false) }

  /// Reads the keys that Rein knows; there are many others.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    if let one = try? values.decodeIfPresent(Int.self, forKey: .stopTokens) {
      stopTokens = [one]
    } else {
      stopTokens = try values.decodeIfPresent([Int].self, forKey: .stopTokens) ?? []
    }
    draws = try values.decodeIfPresent(Bool.self, forKey: .draws) ?? false
    temperature = try values.decodeIfPresent(Double.self, forKey: .temperature)
    topK = try values.decodeIfPresent(Int.self, forKey: .topK)
    topP = try values.decodeIfPresent(Double.self, forKey: .topP)
    minimumP = try values.decodeIfPresent(Double.self, forKey: .minimumP)
    repetitionPenalty = try values.decodeIfPresent(Double.self, forKey: .repetitionPenalty)
  }
}

extension ModelFolder {
  /// Where it is said how the model is drawn from.
  public var generationURL: URL { url.appending(path: "generation_config.json") }

  /// How the model is drawn from, as its makers say; empty where they say nothing.
  ///
  /// - Returns: The contents of `generation_config.json`.
  /// - Throws: `ModelFolder.Problem`.
  public func generationConfiguration() throws(Problem) -> GenerationConfiguration {
    guard FileManager.default.fileExists(atPath: generationURL.path) else {
      return GenerationConfiguration()
    }
    return try ModelFolder.decode(GenerationConfiguration.self, from: generationURL)
  }
}
