/// What several filters need.
enum JinjaFilters {
  /// The fields of a dictionary as pairs.
  static func pairs(of dictionary: JinjaDictionary) throws(ChatTemplateError) -> [JinjaValue] {
    var pairs: [JinjaValue] = []
    for (key, value) in zip(dictionary.keys, dictionary.values) {
      pairs.append(.tuple(try JinjaList([key, value])))
    }
    return pairs
  }

  /// A field, or a field of a field, such as `function.name` or `0`; the default stands for one that is not there.
  static func attribute(
    _ path: JinjaValue, of value: JinjaValue, default other: JinjaValue? = nil
  ) throws(ChatTemplateError) -> JinjaValue {
    var keys = [path]
    if case .string(let path) = path {
      keys = PythonText.split(path, at: ".", most: nil).map { part in
        let isNumber = !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? Int(part).map { .integer($0) } ?? .string(part) : .string(part)
      }
    }
    var result = value
    for key in keys {
      result = try result.item(key)
      if case .undefined = result, let other { result = other }
    }
    return result
  }

  /// A value without the difference of small and large letters.
  static func caseless(_ value: JinjaValue) -> JinjaValue {
    if case .string(let text) = value { .string(text.lowercased()) } else { value }
  }

  /// Elements in order of their keys; equal ones stay as they are.
  static func sorted<Element>(
    _ elements: [Element], isReverse: Bool = false,
    by key: (Element) throws(ChatTemplateError) -> JinjaValue
  ) throws(ChatTemplateError) -> [Element] {
    var keyed: [(key: JinjaValue, place: Int)] = []
    for (place, element) in elements.enumerated() { keyed.append((try key(element), place)) }
    var failure: ChatTemplateError?
    keyed.sort { left, right in
      guard failure == nil else { return left.place < right.place }
      do throws(ChatTemplateError) {
        let (first, second) = isReverse ? (right.key, left.key) : (left.key, right.key)
        if try JinjaValue.isLess(first, second) { return true }
        if try JinjaValue.isLess(second, first) { return false }
      } catch {
        failure = error
      }
      return left.place < right.place
    }
    if let failure { throw failure }
    return keyed.map { elements[$0.place] }
  }

  static func dictionarySorted(_ value: JinjaValue, _ call: JinjaCall) throws(ChatTemplateError)
    -> JinjaValue
  {
    let arguments = try call.bound(to: ["case_sensitive", "by", "reverse"], of: "dictsort")
    guard case .dictionary(let dictionary) = value else {
      throw .failed("'dictsort' needs a dictionary")
    }
    let isCaseSensitive = arguments[0]?.isTrue ?? false
    let by = try arguments[1]?.string(of: "by") ?? "key"
    guard by == "key" || by == "value" else {
      throw .failed("You can only sort by either \"key\" or \"value\"")
    }
    let places = try sorted(
      Array(dictionary.keys.indices), isReverse: arguments[2]?.isTrue ?? false
    ) { place in
      let key = by == "key" ? dictionary.keys[place] : dictionary.values[place]
      return isCaseSensitive ? key : caseless(key)
    }
    let pairs = try pairs(of: dictionary)
    return .list(try JinjaList(places.map { pairs[$0] }))
  }
}
