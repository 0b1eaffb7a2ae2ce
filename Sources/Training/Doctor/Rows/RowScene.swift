public import LanguageModels
public import NeuralNetworks
public import Torch

/// A run that learns from rows of data (`sft`, `reward`, `dpo`, `tokens`) before its first step: its rows as tokens, and what its trainer
/// says of some of them.
///
/// Everything that a check looks at can be replaced, so that a fault can be put in and be seen.
public struct RowScene {
  /// What is learned from the rows.
  public enum Kind: Sendable {
    /// Texts.
    case texts
    /// Scores.
    case scores
    /// Preferences.
    case preferences
    /// Marks on tokens.
    case marks
  }

  /// One text of a row, as the model reads it.
  public struct Text: Hashable, Sendable {
    /// Prompt and answer.
    public var tokens: [Int]
    /// How many of them are given.
    public var promptCount: Int
    /// The places of those that are learned.
    public var learned: [Int]

    /// A text.
    public init(tokens: [Int], promptCount: Int, learned: [Int]) {
      self.tokens = tokens
      self.promptCount = promptCount
      self.learned = learned
    }
  }

  /// What one row of a file became.
  public struct Row: Hashable, Sendable {
    /// One text, or the two that are compared.
    public var texts: [Text]
    /// How probably a person prefers the first of two; of one text, how it was rated on average.
    public var label: Double?

    /// A row.
    public init(texts: [Text], label: Double? = nil) {
      self.texts = texts
      self.label = label
    }
  }

  /// A loss, with its gradients.
  public struct Loss {
    /// The mean loss.
    public var value: Double
    /// One gradient for every trained tensor.
    public var gradients: [Tensor]

    /// A loss.
    public init(value: Double, gradients: [Tensor]) {
      self.value = value
      self.gradients = gradients
    }
  }

  /// What the trainer does with rows, none of which drops anything.
  public struct Passes {
    /// What is said of some rows in one batch whose short texts are filled with a token: log π of the learned tokens, scores of the
    /// texts, or log π of both answers.
    public var numbers: (_ rows: [Int], _ padding: Int) -> [[Double]]
    /// The same of one row, text after text, from log π of all tokens; nil where it is scores.
    public var alone: ((_ row: Int) -> [Double])?
    /// The loss of some rows, in so many parts.
    public var loss: (_ rows: [Int], _ parts: Int) -> Loss
    /// What the reference says of both answers, where there is one.
    public var reference: ((_ rows: [Int]) -> [[Double]])?
    /// The mean loss of some rows where policy and reference say the same.
    public var lossAtReference: ((_ rows: [Int]) -> Double)?
  }

  /// What is learned from the rows.
  public let kind: Kind
  /// What stands around texts.
  public var frame: TextFrame
  /// The model's shape.
  public var model: DecoderConfiguration
  /// The rows that are learned from.
  public var rows: [Row]
  /// Those that are held out.
  public var heldOut: [Row]
  /// The marks on the rows' tokens, where there are any.
  public var marked: [MarkedExample] = []
  /// How many rows were left out for want of room.
  public var leftOutCount: Int
  /// The most tokens of a text.
  public var longest: Int
  /// What is trained.
  public var trained: Parameters
  /// What is not, where an adapter is trained instead.
  public var frozen: Parameters
  /// Whether the reference is the policy as it is now.
  public var isReferenceThePolicy = true
  /// How steps are taken.
  public var optimizer: AdamW.Configuration
  /// What the trainer does with rows.
  public var passes: Passes
  /// A few rows of different lengths, the shortest first.
  public let sample: [Int]

  /// A scene.
  init(
    _ kind: Kind, frame: TextFrame, model: DecoderConfiguration, rows: [Row], heldOut: [Row],
    leftOutCount: Int, longest: Int, trained: Parameters, frozen: Parameters,
    optimizer: AdamW.Configuration, passes: Passes
  ) {
    self.kind = kind
    self.frame = frame
    self.model = model
    self.rows = rows
    self.heldOut = heldOut
    self.leftOutCount = leftOutCount
    self.longest = longest
    self.trained = trained
    self.frozen = frozen
    self.optimizer = optimizer
    self.passes = passes
    sample = rows.indices.sorted { (rows[$0].length, $0) < (rows[$1].length, $1) }.spread(over: 8)
  }

  /// What two ways to compute one number may differ by.
  var tolerance: Double { model.computation.precision == .weights ? 1e-3 : 0.1 }
  /// What two ways to compute what is said of a row may differ by; log π of an answer adds up what its tokens differ by.
  var rowTolerance: Double {
    guard kind == .preferences else { return tolerance }
    let longest = sample.flatMap { rows[$0].texts.map(\.learned.count) }.max() ?? 1
    return tolerance * Double(longest).squareRoot()
  }
  /// The tokens that end texts.
  var stopTokens: [Int] { Array(Set(model.stopTokens + [frame.endOfText])) }
  /// All texts that are learned from.
  var texts: [Text] { rows.flatMap(\.texts) }
  /// Whether a text fills all the room, so that it may have been cut.
  func isFull(_ text: Text) -> Bool { text.tokens.count >= longest }
}

extension RowScene.Row {
  /// Tokens of the longest text.
  var length: Int { texts.map(\.tokens.count).max() ?? 0 }
}

extension RowScene.Text {
  /// Tokens that are not given.
  var answerCount: Int { tokens.count - promptCount }
}
