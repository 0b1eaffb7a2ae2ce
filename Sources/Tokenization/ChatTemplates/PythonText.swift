/// What Python does with text, where Swift does something else.
enum PythonText {
  /// Whether `str.isspace` holds.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F,
      0x3000:
      true
    default: false
    }
  }

  enum Side { case left, right, both }

  /// `strip`, `lstrip` and `rstrip`, of scalars or of white space.
  static func stripped(_ text: String, of characters: String? = nil, _ side: Side = .both) -> String
  {
    let set = characters.map { Set($0.unicodeScalars) }
    let goes: (Unicode.Scalar) -> Bool = { set?.contains($0) ?? isSpace($0) }
    var rest = text.unicodeScalars[...]
    if side != .right { rest = rest.drop(while: goes) }
    if side != .left {
      while let last = rest.last, goes(last) { rest.removeLast() }
    }
    return String(rest)
  }

  /// Where bytes are first found.
  static func firstRange(of part: [UInt8], in text: [UInt8], from start: Int) -> Range<Int>? {
    guard let first = part.first else { return start <= text.count ? start..<start : nil }
    guard part.count <= text.count else { return nil }
    var index = start
    while index <= text.count - part.count {
      if text[index] == first, text[index..<index + part.count].elementsEqual(part) {
        return index..<index + part.count
      }
      index += 1
    }
    return nil
  }

  /// The pieces between separators, at most so many cuts from the left.
  static func split(_ text: String, at separator: String, most: Int?) -> [String] {
    let bytes = Array(text.utf8)
    let part = Array(separator.utf8)
    var result: [String] = []
    var start = 0
    while most.map({ result.count < $0 }) ?? true,
      let found = firstRange(of: part, in: bytes, from: start)
    {
      result.append(String(decoding: bytes[start..<found.lowerBound], as: UTF8.self))
      start = found.upperBound
    }
    result.append(String(decoding: bytes[start...], as: UTF8.self))
    return result
  }

  /// The words between white space, at most so many cuts from the left.
  static func words(_ text: String, most: Int?) -> [String] {
    var result: [String] = []
    var rest = text.unicodeScalars.drop(while: isSpace)
    while !rest.isEmpty {
      if let most, result.count >= most {
        result.append(stripped(String(rest), .right))
        break
      }
      let word = rest.prefix { !isSpace($0) }
      result.append(String(word))
      rest = rest[word.endIndex...].drop(while: isSpace)
    }
    return result
  }

  /// Text with a part replaced, at most so many times from the left.
  static func replaced(_ text: String, _ part: String, by other: String, most: Int?) -> String {
    if part.utf8.isEmpty {
      let scalars = text.unicodeScalars.map(String.init)
      let limit = min(most ?? .max, scalars.count + 1)
      var result = ""
      for place in 0...scalars.count {
        if place < limit { result += other }
        if place < scalars.count { result += scalars[place] }
      }
      return result
    }
    return split(text, at: part, most: most).joined(separator: other)
  }

  /// `str.capitalize`.
  static func capitalized(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return "" }
    return first.properties.titlecaseMapping + String(text.unicodeScalars.dropFirst()).lowercased()
  }

  /// `str.title`: words start after what is no letter.
  static func titled(_ text: String) -> String {
    var result = ""
    var isInWord = false
    for scalar in text.unicodeScalars {
      let isCased = scalar.properties.isCased
      result +=
        !isCased
        ? String(scalar)
        : isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
      isInWord = isCased
    }
    return result
  }
}
