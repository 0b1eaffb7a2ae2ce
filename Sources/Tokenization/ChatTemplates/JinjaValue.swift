/// A value in a template: what Python has there.
enum JinjaValue {
  case undefined(JinjaUndefined)
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case list(JinjaList)
  case tuple(JinjaList)
  case dictionary(JinjaDictionary)
  /// What can only be gone through: a range, the entries of a dictionary, what a filter leaves.
  case sequence(JinjaSequence)
  case namespace(JinjaNamespace)
  case macro(JinjaMacro)
  case function(String)
  /// A method of a value, before it is called.
  indirect case method(of: JinjaValue, String)
  case loop(JinjaLoop)

  init(_ literal: JinjaLiteral) {
    switch literal {
    case .none: self = .none
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .string(let value): self = .string(value)
    }
  }

  /// The type, as Python and Jinja's messages name it.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer: "int"
    case .float: "float"
    case .string: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .sequence(let sequence): sequence.kind.rawValue
    case .namespace: "Namespace"
    case .macro: "Macro"
    case .function, .method: "function"
    case .loop: "LoopContext"
    }
  }

  /// Whether a condition holds.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .string(let value): !value.utf8.isEmpty
    case .list(let value), .tuple(let value): !value.elements.isEmpty
    case .dictionary(let value): !value.isEmpty
    case .sequence(let value): value.kind == .generator || !value.elements.isEmpty
    case .namespace, .macro, .function, .method, .loop: true
    }
  }

  /// How many values there are inside of each other.
  var depth: Int {
    switch self {
    case .list(let list), .tuple(let list): list.depth
    case .dictionary(let dictionary): dictionary.depth
    case .sequence(let sequence): sequence.depth
    case .method(let value, _): 1 + value.depth
    default: 0
    }
  }

  /// Values nested more deeply are refused, so that nothing that goes through them runs out of stack.
  static let deepest = 100

  static func checkedDepth(_ depth: Int) throws(ChatTemplateError) -> Int {
    guard depth <= deepest else { throw .limit("values are nested too deeply") }
    return depth
  }
}

/// What stands for a value that is not there.
struct JinjaUndefined {
  /// What an operation on it says.
  var message: String
}

/// The elements of a list or a tuple.
struct JinjaList {
  let elements: [JinjaValue]
  let depth: Int

  init(_ elements: [JinjaValue]) throws(ChatTemplateError) {
    self.elements = elements
    depth = try JinjaValue.checkedDepth(1 + (elements.lazy.map(\.depth).max() ?? 0))
  }
}

/// Values to go through, once or more often.
final class JinjaSequence {
  enum Kind: String {
    case range
    case items = "dict_items"
    case keys = "dict_keys"
    case values = "dict_values"
    /// Empty once somebody went through it.
    case generator
  }

  let kind: Kind
  let depth: Int
  private(set) var elements: [JinjaValue]

  init(_ kind: Kind, _ elements: [JinjaValue]) throws(ChatTemplateError) {
    self.kind = kind
    self.elements = elements
    depth = try JinjaValue.checkedDepth(1 + (elements.lazy.map(\.depth).max() ?? 0))
  }

  /// The elements, which a generator gives once.
  func taken() -> [JinjaValue] {
    defer { if kind == .generator { elements = [] } }
    return elements
  }
}

/// Fields that can be set, which copies share.
final class JinjaNamespace {
  var fields: JinjaDictionary

  init(_ fields: JinjaDictionary) { self.fields = fields }
}

/// A macro, with the names that it sees.
final class JinjaMacro {
  let syntax: JinjaMacroSyntax
  let scope: JinjaScope

  init(_ syntax: JinjaMacroSyntax, scope: JinjaScope) {
    self.syntax = syntax
    self.scope = scope
  }
}

/// Where a loop is.
final class JinjaLoop {
  let elements: [JinjaValue]
  var index = 0

  init(_ elements: [JinjaValue]) { self.elements = elements }
}

/// Names and their values; a name that is not here is looked for outside.
final class JinjaScope {
  private var values: [String: JinjaValue] = [:]
  private let outer: JinjaScope?

  init(inside outer: JinjaScope?) { self.outer = outer }

  func value(of name: String) -> JinjaValue? {
    var scope: JinjaScope? = self
    while let here = scope {
      if let value = here.values[name] { return value }
      scope = here.outer
    }
    return nil
  }

  func set(_ name: String, to value: JinjaValue) { values[name] = value }

  /// Lets go of everything, for macros and the scopes they see hold each other.
  func clear() { values = [:] }
}
