/// What a policy answered to a prompt.
public struct Completion: Codable, Hashable, Sendable {
  /// Why it ended.
  public enum Finish: String, Codable, Sendable {
    /// The policy drew a token that ends texts.
    case stopToken = "stop_token"
    /// Whoever watched had seen enough: a string that ends answers, say.
    case stopString = "stop_string"
    /// The allowed length was used up: the text is cut, not ended.
    case length
  }

  /// The tokens before it.
  public var prompt: [Int]
  /// The tokens that the policy chose, the stop token included: choosing to stop is an action like any other.
  public var tokens: [Int]
  /// Why it ended.
  public var finish: Finish

  /// A completion.
  public init(prompt: [Int], tokens: [Int], finish: Finish) {
    self.prompt = prompt
    self.tokens = tokens
    self.finish = finish
  }

  /// Prompt and answer in one sequence.
  public var sequence: [Int] { prompt + tokens }

  /// The answer without the stop token.
  public var text: [Int] { finish == .stopToken ? Array(tokens.dropLast()) : tokens }
}
