/// Low-rank adaptation of chosen projections: W is kept as it is, and s·B·A is trained beside it (Hu and others 2021,
/// arXiv 2106.09685).
///
/// <doc:LowRankAdaptation>
public struct LoRA: Equatable, Sendable {
  /// r, the width between A and B.
  public var rank = 8
  /// α: s is α/r, or α/√r.
  public var alpha = 8.0
  /// Names of projections, as PEFT takes them: `q_proj`, `mlp.c_proj`, a whole path, or `all-linear`; none takes those that
  /// PEFT adapts in the family.
  public var targets: [String] = []
  /// The share of a projection's inputs that the adapter does not see while it is trained.
  public var dropout = 0.0
  /// Whether s is α/√r, so that a large rank does not learn more slowly (Kalajdzievski 2023, arXiv 2312.03732).
  public var isRankStabilized = false

  /// PEFT's defaults.
  public init() {}

  /// s.
  public var scale: Double {
    alpha / (isRankStabilized ? Double(rank).squareRoot() : Double(rank))
  }

  /// What stands for every projection of every block.
  public static let allTargets = "all-linear"

  /// What is wrong, and with which choice.
  public struct Fault: Error, Equatable, CustomStringConvertible {
    /// A choice.
    public enum Choice: String, Sendable {
      /// ``LoRA/rank``.
      case rank
      /// ``LoRA/alpha``.
      case alpha
      /// ``LoRA/targets``.
      case targets
      /// ``LoRA/dropout``.
      case dropout = "lora_dropout"
    }

    /// The choice.
    public var choice: Choice
    /// What is wrong with it, ready to print.
    public var reason: String

    /// A fault.
    public init(choice: Choice, reason: String) {
      self.choice = choice
      self.reason = reason
    }

    /// The message, ready to print.
    public var description: String { "\(choice.rawValue) \(reason)" }
  }

  /// The same choices with every target written out, as files hold them.
  ///
  /// - Parameter shape: The model to adapt.
  /// - Returns: Choices that fit the model.
  /// - Throws: `LoRA.Fault` naming the choice that cannot be.
  public func resolved(for shape: DecoderConfiguration) throws(Fault) -> LoRA {
    guard rank >= 1 else { throw Fault(choice: .rank, reason: "is \(rank): it must be at least 1") }
    // A wider adapter can do nothing that one as wide as the widest projection cannot.
    let widest = [
      shape.width, shape.innerWidth,
      (shape.headCount + 2 * shape.keyValueHeadCount) * shape.headWidth,
    ].reduce(0, max)
    guard rank <= widest else {
      throw Fault(
        choice: .rank, reason: "is \(rank): no projection of the model is wider than \(widest)")
    }
    guard alpha > 0, alpha.isFinite else {
      throw Fault(choice: .alpha, reason: "is \(alpha): it must be above 0")
    }
    guard dropout >= 0, dropout < 1 else {
      throw Fault(choice: .dropout, reason: "is \(dropout): it must be in [0, 1)")
    }
    var lora = self
    lora.targets = try targets(in: shape)
    return lora
  }
}
