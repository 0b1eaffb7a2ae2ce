import Files
import Tokenization

/// The keys of one mark, read with errors that name file, line and key.
struct MarkFields {
  private static let known = [
    "start", "end", "token", "first_token", "last_token", "mark", "instead",
  ]

  private let members: [JSON.Member]
  private let key: String
  private let row: RowFields

  /// Reads what stands in the list of marks.
  init(_ value: JSON, key: String, of row: RowFields) throws(FileError) {
    guard case .object(let members) = value else {
      throw row.wrong(
        key, "must be an object such as {\"start\": 0, \"end\": 4, \"mark\": -1}, not \(value.kind)"
      )
    }
    (self.members, self.key, self.row) = (members, key, row)
    if let stranger = members.first(where: { !Self.known.contains($0.key) }) {
      throw wrong(
        stranger.key,
        "is no key of a mark; marks have \(Self.known.map { "`\($0)`" }.joined(separator: ", "))")
    }
  }

  /// The mark.
  func mark(on text: CountedText, after promptCount: Int) throws(FileError) -> TextMark {
    let sign = try sign()
    return TextMark(
      try part(of: text, after: promptCount), sign, instead: try instead(of: sign))
  }

  private func sign() throws(FileError) -> TextMark.Sign {
    guard let sign = TextMark.Sign(rawValue: try integer("mark")) else {
      throw wrong("mark", "must be 1 (good) or -1 (bad), and is \(try integer("mark"))")
    }
    return sign
  }

  private func instead(of sign: TextMark.Sign) throws(FileError) -> String? {
    switch value("instead") {
    case nil: return nil
    case .string(let text)?:
      guard sign == .bad else {
        throw wrong("instead", "corrects what is good; leave it out, or make the mark -1")
      }
      return text
    case let other?: throw wrong("instead", "must be a string, not \(other.kind)")
    }
  }

  private func part(of text: CountedText, after promptCount: Int) throws(FileError)
    -> TextMark.Part
  {
    let forms = [["start", "end"], ["token"], ["first_token", "last_token"]]
      .filter { $0.contains { value($0) != nil } }
    guard let form = forms.first, forms.count == 1 else {
      throw row.wrong(
        key,
        "must say what it marks by `start` and `end`, by `token`, or by `first_token` and `last_token`"
          + (forms.isEmpty ? "" : ", one of them only"))
    }
    switch form[0] {
    case "start":
      let (start, end) = (try place("start"), try place("end"))
      return .characters(try span(start, end, of: text, after: promptCount))
    case "token":
      let token = try place("token")
      return .tokens(token...token)
    default:
      let (first, last) = (try place("first_token"), try place("last_token"))
      guard first <= last else {
        throw wrong("last_token", "is \(last), before the first one, \(first)")
      }
      return .tokens(first...last)
    }
  }

  private func span(_ start: Int, _ end: Int, of text: CountedText, after promptCount: Int)
    throws(FileError) -> Range<Int>
  {
    guard start <= end else { throw wrong("end", "is \(end), before the start, \(start)") }
    guard start < end else {
      throw wrong("end", "is \(end) like the start: nothing is marked; the end is exclusive")
    }
    guard end <= text.count else {
      let isFromPrompt = promptCount > 0 && start >= promptCount && end <= promptCount + text.count
      throw wrong(
        "end",
        "is \(end), outside the text of \(text.count) characters (Unicode scalars, as Python counts them)"
          + (isFromPrompt
            ? "; marks count from the beginning of the completion: take off the \(promptCount) characters of the prompt"
            : ""))
    }
    for (name, place) in [("start", start), ("end", end)] where text.isCut(at: place) {
      let whole = text.whole(place..<place)
      throw wrong(
        name,
        "is \(place), across a half character: \(text.text(whole).debugDescription) goes from \(whole.lowerBound) to \(whole.upperBound)"
      )
    }
    return start..<end
  }

  private func place(_ name: String) throws(FileError) -> Int {
    let place = try integer(name)
    guard place >= 0 else {
      throw wrong(
        name,
        "is \(place), before the completion: marks are on what the policy says, never on the prompt, and count from 0"
      )
    }
    return place
  }

  private func integer(_ name: String) throws(FileError) -> Int {
    switch value(name) {
    case .integer(let integer)?: return integer
    case .number(let number)?:
      guard let integer = Int(exactly: number) else {
        throw wrong(name, "must be a whole number, and is \(number)")
      }
      return integer
    case let other?: throw wrong(name, "must be a whole number, not \(other.kind)")
    case nil: throw row.missing("\(key).\(name)")
    }
  }

  private func value(_ name: String) -> JSON? {
    switch members.last(where: { $0.key == name })?.value {
    case nil, .null?: nil
    case let value?: value
    }
  }

  private func wrong(_ name: String, _ reason: String) -> FileError {
    row.wrong("\(key).\(name)", reason)
  }
}
