import Foundation

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

/// The answer to a reset.
struct ProgramStart: Decodable {
  var observation: [Double]
}

/// The answer to a step.
struct ProgramStep: Decodable {
  var observation: [Double]
  var reward: Double
  var terminated: Bool
  var truncated: Bool

  /// Both can be true; what the world ended was not cut short.
  var ending: Ending? {
    terminated ? .terminated : truncated ? .truncated : nil
  }
}

/// Reads an answer, or says what is wrong with it.
func parsedAnswer<Answer: Decodable>(
  _ type: Answer.Type, from line: [UInt8]
) throws(ProgramFailure.Reason) -> Answer {
  let text = ProgramConnection.quoted(line)
  do {
    return try JSONDecoder().decode(type, from: Data(line))
  } catch DecodingError.keyNotFound(let key, _) {
    throw .missingKey(key.stringValue, line: text)
  } catch DecodingError.typeMismatch(let expected, let context),
    DecodingError.valueNotFound(let expected, let context)
  {
    guard let key = context.codingPath.first else { throw .notJSON(line: text) }
    let verb = context.codingPath.count > 1 ? "holds something that is not" : "is not"
    throw .wrongValue(key: key.stringValue, problem: "\(verb) \(words(for: expected))", line: text)
  } catch DecodingError.dataCorrupted {
    throw hasImpossibleNumber(line) ? .impossibleNumber(line: text) : .notJSON(line: text)
  } catch {
    throw .notJSON(line: text)
  }
}

/// Whether what is wrong with a line is only a number: one too large or not whole, or NaN, which JSON does not have but many write.
private func hasImpossibleNumber(_ line: [UInt8]) -> Bool {
  struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }
  let text = String(decoding: line, as: UTF8.self)
    .replacingOccurrences(of: "NaN", with: "0").replacingOccurrences(of: "Infinity", with: "0")
  return (try? JSONDecoder().decode([String: Anything].self, from: Data(text.utf8))) != nil
}

private func words(for type: any Any.Type) -> String {
  switch type {
  case is Double.Type: "a number"
  case is Int.Type: "a whole number"
  case is Bool.Type: "true or false"
  case is String.Type: "text"
  default: "a list"
  }
}
