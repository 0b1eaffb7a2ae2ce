/// A row of a prompt-only data set: what a policy is asked to answer.
///
/// The names and keys of the first three rows are those of TRL's data set formats in their plain-text
/// form. Columns that a row does not know are ignored.
public struct Prompt: Codable, Hashable, Sendable {
  /// The text that comes first.
  public var prompt: String

  /// Creates a row.
  public init(prompt: String) {
    self.prompt = prompt
  }
}

/// A row of a prompt-completion data set, for supervised fine-tuning on the completion.
public struct PromptCompletion: Codable, Hashable, Sendable {
  /// The text that comes first.
  public var prompt: String
  /// The text that should follow.
  public var completion: String

  /// Creates a row.
  public init(prompt: String, completion: String) {
    self.prompt = prompt
    self.completion = completion
  }
}

/// A row of a language-modelling data set: text to be learned as it is.
public struct Text: Codable, Hashable, Sendable {
  /// The text.
  public var text: String

  /// Creates a row.
  public init(text: String) {
    self.text = text
  }
}

/// A row of a rated data set: a text and what each of several people thought of it.
///
/// TRL has no such format. It says more than pairs do: every two texts make a comparison, and raters who disagree a soft label.
public struct RatedText: Codable, Hashable, Sendable {
  /// The text.
  public var text: String
  /// Single ratings, higher is better.
  public var ratings: [Int]

  /// Creates a row.
  public init(text: String, ratings: [Int]) {
    self.text = text
    self.ratings = ratings
  }
}
