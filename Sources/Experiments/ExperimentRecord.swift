public import Reports

/// One result of an experiment, as `--json` prints it and results files keep it.
public struct ExperimentRecord: Encodable, Sendable {
  /// What kind of result it is.
  public let kind: String
  /// The result; its keys stand beside `kind`.
  public let content: any Encodable & Sendable

  /// A result of some kind.
  public init(kind: String, _ content: some Encodable & Sendable) {
    self.kind = kind
    self.content = content
  }

  private enum CodingKeys: CodingKey { case kind }

  /// Writes the kind and the result's own keys as one object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try content.encode(to: encoder)
  }
}

/// What an experiment leaves: the page, its tables, and the numbers behind them.
public struct ExperimentOutcome: Sendable {
  /// What the page and the tables show.
  public let report: ExperimentReport
  /// The numbers.
  public let records: [ExperimentRecord]
}
