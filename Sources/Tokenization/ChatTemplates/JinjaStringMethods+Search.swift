extension JinjaStringMethods {
  static func split(_ text: String, fromRight: Bool, _ call: JinjaCall) throws(ChatTemplateError)
    -> JinjaValue
  {
    let name = fromRight ? "rsplit" : "split"
    let arguments = try call.bound(to: ["sep", "maxsplit"], of: name)
    var most = try arguments[1]?.integer(of: "maxsplit")
    if let count = most, count < 0 { most = nil }
    var pieces: [String]
    switch arguments[0] {
    case nil, JinjaValue.none?:
      guard !fromRight || most == nil else {
        throw .unsupported("'rsplit' at white space is not supported")
      }
      pieces = PythonText.words(text, most: most)
    case let separator?:
      let separator = try separator.string(of: name)
      guard !separator.utf8.isEmpty else { throw .failed("empty separator") }
      if fromRight, let limit = most {
        pieces = splitFromRight(text, at: separator, most: limit)
      } else {
        pieces = PythonText.split(text, at: separator, most: most)
      }
    }
    return .list(try JinjaList(pieces.map { .string($0) }))
  }

  private static func splitFromRight(_ text: String, at separator: String, most: Int) -> [String] {
    var rest = Array(text.utf8)
    let part = Array(separator.utf8)
    var pieces: [String] = []
    while pieces.count < most, let place = lastPlace(of: part, in: rest) {
      pieces.append(String(decoding: rest[(place + part.count)...], as: UTF8.self))
      rest.removeSubrange(place...)
    }
    pieces.append(String(decoding: rest, as: UTF8.self))
    return pieces.reversed()
  }

  private static func lastPlace(of part: [UInt8], in text: [UInt8]) -> Int? {
    guard part.count <= text.count else { return nil }
    return (0...(text.count - part.count)).reversed().first {
      text[$0..<$0 + part.count].elementsEqual(part)
    }
  }

  static func search(_ name: String, _ text: String, _ part: String) throws(ChatTemplateError)
    -> JinjaValue
  {
    let (bytes, partBytes) = (Array(text.utf8), Array(part.utf8))
    let first = { PythonText.firstRange(of: partBytes, in: bytes, from: 0)?.lowerBound }
    // Positions count scalars.
    let position = { (place: Int) in
      String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars.count
    }
    let slice = { (range: Range<Int>) in
      JinjaValue.string(String(decoding: bytes[range], as: UTF8.self))
    }
    switch name {
    case "find", "index":
      if let place = first() { return .integer(position(place)) }
      guard name == "find" else { throw .failed("substring not found") }
      return .integer(-1)
    case "rfind": return .integer(lastPlace(of: partBytes, in: bytes).map(position) ?? -1)
    case "count":
      let count =
        part.isEmpty
        ? text.unicodeScalars.count : PythonText.split(text, at: part, most: nil).count - 1
      return .integer(part.isEmpty ? count + 1 : count)
    case "removeprefix":
      return slice((bytes.starts(with: partBytes) ? partBytes.count : 0)..<bytes.count)
    case "removesuffix":
      let isFound = bytes.reversed().starts(with: partBytes.reversed())
      return slice(0..<(isFound ? bytes.count - partBytes.count : bytes.count))
    default:
      guard !partBytes.isEmpty else { throw .failed("empty separator") }
      let place = name == "partition" ? first() : lastPlace(of: partBytes, in: bytes)
      guard let place else {
        let pieces = [JinjaValue.string(text), .string(""), .string("")]
        return .tuple(try JinjaList(name == "partition" ? pieces : pieces.reversed()))
      }
      return .tuple(
        try JinjaList([
          slice(0..<place), .string(part), slice((place + partBytes.count)..<bytes.count),
        ]))
    }
  }
}
