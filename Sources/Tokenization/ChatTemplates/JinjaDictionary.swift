/// Fields in order.
///
/// Keys are equal as Python has it: 1, 1.0 and True are one key.
struct JinjaDictionary {
  private(set) var keys: [JinjaValue] = []
  private(set) var values: [JinjaValue] = []
  private(set) var depth = 1
  private var places: [JinjaKey: Int] = [:]

  var isEmpty: Bool { keys.isEmpty }
  var count: Int { keys.count }

  func value(of key: JinjaValue) -> JinjaValue? {
    guard let key = JinjaKey(key), let place = places[key] else { return nil }
    return values[place]
  }

  func value(named name: String) -> JinjaValue? {
    places[.string(ExactText(name))].map { values[$0] }
  }

  mutating func set(_ key: JinjaValue, to value: JinjaValue) throws(ChatTemplateError) {
    guard let hashed = JinjaKey(key) else { throw .failed("unhashable type: '\(key.typeName)'") }
    depth = try JinjaValue.checkedDepth(max(depth, 1 + max(key.depth, value.depth)))
    if let place = places[hashed] {
      values[place] = value
    } else {
      places[hashed] = keys.count
      keys.append(key)
      values.append(value)
    }
  }

  mutating func set(_ name: String, to value: JinjaValue) throws(ChatTemplateError) {
    try set(.string(name), to: value)
  }
}

/// A value as a key.
enum JinjaKey: Hashable {
  case none
  case integer(Int)
  case float(Double)
  case string(ExactText)
  case tuple([JinjaKey])

  init?(_ value: JinjaValue) {
    switch value {
    case .none: self = .none
    case .boolean(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = Int(exactly: value).map { .integer($0) } ?? .float(value)
    case .string(let value): self = .string(ExactText(value))
    case .tuple(let list):
      var keys: [JinjaKey] = []
      for element in list.elements {
        guard let key = JinjaKey(element) else { return nil }
        keys.append(key)
      }
      self = .tuple(keys)
    default: return nil
    }
  }
}
