/// Where text is cut before merging, by the regular expression of a family of tokenizers.
///
/// The expressions in use differ in a few places only, which are the fields here: so that each is matched in one pass over the
/// bytes, and not by a general engine.
struct SplitPattern: Hashable, Sendable {
  /// What may stand before the letters of a word.
  enum WordPrefix: Hashable, Sendable {
    /// A space: ` ?\p{L}+`.
    case space
    /// Any one scalar that is no letter, number or line break: `[^\r\n\p{L}\p{N}]?\p{L}+`.
    case anyButLineBreak
  }

  /// The expression, as files have it.
  let expression: String
  /// Whether `'S` is cut off like `'s`.
  var ignoresCaseOfContractions: Bool
  var wordPrefix: WordPrefix
  /// The most numbers in a piece; nil takes all, and a space before them.
  var longestNumber: Int?
  /// Whether line breaks stay with what is before them, be it punctuation or white space.
  var keepsLineBreaks: Bool

  /// GPT-2's, also GPT-NeoX's and that of ByteLevel parts that split.
  static let gpt2 = SplitPattern(
    expression:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    ignoresCaseOfContractions: false, wordPrefix: .space, longestNumber: nil,
    keepsLineBreaks: false)

  /// Llama 3's.
  static let llama3 = modern(numbers: #"\p{N}{1,3}"#, longestNumber: 3)

  /// Qwen2's, also Qwen2.5's and Qwen3's.
  static let qwen2 = modern(numbers: #"\p{N}"#, longestNumber: 1)

  static let all = [gpt2, llama3, qwen2]

  private static func modern(numbers: String, longestNumber: Int) -> SplitPattern {
    SplitPattern(
      expression:
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      ignoresCaseOfContractions: true, wordPrefix: .anyButLineBreak, longestNumber: longestNumber,
      keepsLineBreaks: true)
  }
}
