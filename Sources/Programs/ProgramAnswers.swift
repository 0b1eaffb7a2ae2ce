import Foundation

/// Reads an answer, or says what is wrong with it.
package func parsedAnswer<Answer: Decodable>(
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
