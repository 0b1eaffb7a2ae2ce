/// What a program says of itself before it is asked anything.
struct ProgramIntroduction: Decodable {
  var observationCount: Int
  var actionCount: Int
  var name: String
  var `protocol`: Int

  enum CodingKeys: String, CodingKey {
    case observationCount = "observation_count"
    case actionCount = "action_count"
    case name
    case `protocol`
  }
}

/// An answer that shows where the world stands.
protocol ProgramObservation: Decodable {
  var observation: [Double] { get }
}

/// The answer to a reset.
struct ProgramStart: ProgramObservation {
  var observation: [Double]
}

/// The answer to a step.
struct ProgramStep: ProgramObservation {
  var observation: [Double]
  var reward: Double
  var terminated: Bool
  var truncated: Bool

  /// Both can be true; what the world ended was not cut short.
  var ending: Ending? {
    terminated ? .terminated : truncated ? .truncated : nil
  }
}
