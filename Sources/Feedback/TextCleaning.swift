import Foundation

/// How the texts of the ratings are cleaned before anything else sees them.
///
/// In this order:
/// 1. UTF-8 that was once read as Windows-1252 (`cafÃ©`) is read again rightly.
/// 2. HTML's entities are decoded, also when encoded twice (`&amp;amp;`).
/// 3. Two single quotes, and two grave accents, become one double quote: the files write `''`.
/// 4. In film reviews a run of three or more spaces between words becomes ` – `: that is where the
///    files lost a dash.
/// 5. Control characters and runs of white space become one space; none stay at the ends.
public enum TextCleaning {
  /// The text, cleaned.
  public static func cleaned(_ text: String, domain: RatingsDomain) -> String {
    var result = decodingEntities(repairingMojibake(text))
    for doubled in ["''", "``"] {
      result = result.replacingOccurrences(of: doubled, with: "\"")
    }
    result = String(result.map { isSpace($0) ? " " : $0 })
    return joiningSpaces(result, dash: domain == .filmReviews ? " – " : " ")
  }

  /// Takes back one wrong decoding, where that is possible and gives valid text.
  ///
  /// Real text with letters such as `Ã` almost never happens to be valid UTF-8 when encoded as
  /// Windows-1252, so it stays.
  static func repairingMojibake(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 > 0x7F }),
      let bytes = text.data(using: .windowsCP1252, allowLossyConversion: false)
    else { return text }
    return String(data: bytes, encoding: .utf8) ?? text
  }

  static func decodingEntities(_ text: String) -> String {
    let entities = [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"),
      ("&#38;", "&"), ("&nbsp;", " "), ("&amp;", "&"),
    ]
    var result = text
    // Three rounds undo the deepest nesting seen (two) and one more.
    for _ in 1...3 where result.contains("&") {
      for (entity, character) in entities {
        result = result.replacingOccurrences(of: entity, with: character)
      }
    }
    return result
  }

  private static func isSpace(_ character: Character) -> Bool {
    character.isWhitespace
      || character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
  }

  /// Joins words with one space, or with `dash` where three or more spaces were.
  private static func joiningSpaces(_ text: String, dash: String) -> String {
    var result = ""
    var spaces = 0
    for character in text {
      if character == " " {
        spaces += 1
        continue
      }
      if !result.isEmpty, spaces > 0 {
        result += spaces >= 3 ? dash : " "
      }
      spaces = 0
      result.append(character)
    }
    return result
  }
}
