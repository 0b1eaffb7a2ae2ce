/// A template that has been read.
struct JinjaTemplate: Sendable {
  var statements: [JinjaStatement]
  /// Whether it says which text is the assistant's.
  var hasGeneration: Bool
}

/// An expression of a template.
struct JinjaExpression: Sendable {
  indirect enum Kind: Sendable {
    case literal(JinjaLiteral)
    case name(String)
    case list([JinjaExpression])
    case tuple([JinjaExpression])
    case dictionary([(key: JinjaExpression, value: JinjaExpression)])
    case attribute(JinjaExpression, String)
    case item(JinjaExpression, JinjaExpression)
    case slice(
      JinjaExpression, start: JinjaExpression?, end: JinjaExpression?, step: JinjaExpression?)
    case call(JinjaExpression, JinjaArguments)
    /// Without an operand where it is applied to a block.
    case filter(JinjaExpression?, String, JinjaArguments)
    case test(JinjaExpression, String, JinjaArguments)
    case not(JinjaExpression)
    case negative(JinjaExpression)
    case positive(JinjaExpression)
    case and(JinjaExpression, JinjaExpression)
    case or(JinjaExpression, JinjaExpression)
    case arithmetic(JinjaExpression, String, JinjaExpression)
    case concatenation([JinjaExpression])
    case comparison(JinjaExpression, [(sign: String, operand: JinjaExpression)])
    case conditional(JinjaExpression, if: JinjaExpression, else: JinjaExpression?)
  }

  let kind: Kind
  let line: Int
  /// How many expressions there are inside of each other.
  let depth: Int

  init(_ kind: Kind, line: Int) {
    self.kind = kind
    self.line = line
    depth = 1 + (Self.parts(of: kind).lazy.map(\.depth).max() ?? 0)
  }

  private static func parts(of kind: Kind) -> [JinjaExpression] {
    switch kind {
    case .literal, .name: []
    case .list(let items), .tuple(let items), .concatenation(let items): items
    case .dictionary(let pairs): pairs.flatMap { [$0.key, $0.value] }
    case .attribute(let value, _), .not(let value), .negative(let value), .positive(let value):
      [value]
    case .item(let left, let right), .and(let left, let right), .or(let left, let right),
      .arithmetic(let left, _, let right):
      [left, right]
    case .slice(let value, let start, let end, let step):
      [value, start, end, step].compactMap { $0 }
    case .call(let value, let arguments), .test(let value, _, let arguments):
      [value] + arguments.parts
    case .filter(let value, _, let arguments): [value].compactMap { $0 } + arguments.parts
    case .comparison(let first, let rest): [first] + rest.map(\.operand)
    case .conditional(let value, let condition, let other):
      [value, condition, other].compactMap { $0 }
    }
  }
}

/// A value that is written in the template.
enum JinjaLiteral: Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
}

/// What stands in the parentheses of a call.
struct JinjaArguments: Sendable {
  var positional: [JinjaExpression] = []
  var named: [(name: String, value: JinjaExpression)] = []

  var parts: [JinjaExpression] { positional + named.map(\.value) }
}

/// What a `set` or a `for` stores into.
indirect enum JinjaTarget: Sendable {
  case name(String)
  /// A field of a namespace.
  case field(of: String, String)
  case several([JinjaTarget])
}

/// A statement of a template, or text.
struct JinjaStatement: Sendable {
  indirect enum Kind: Sendable {
    case text(String)
    case output(JinjaExpression)
    case choice([(condition: JinjaExpression, body: [JinjaStatement])], else: [JinjaStatement])
    case loop(JinjaLoopSyntax)
    case set(JinjaTarget, JinjaExpression)
    /// With the filters that the text goes through.
    case setBlock(JinjaTarget, JinjaExpression?, [JinjaStatement])
    case macro(JinjaMacroSyntax)
    case call(JinjaExpression, JinjaMacroSyntax)
    case filter(JinjaExpression, [JinjaStatement])
    case with([(target: JinjaTarget, value: JinjaExpression)], [JinjaStatement])
    /// What the assistant says.
    case generation([JinjaStatement])
    case `break`
    case `continue`
  }

  let kind: Kind
  let line: Int
}

struct JinjaLoopSyntax: Sendable {
  var target: JinjaTarget
  var sequence: JinjaExpression
  var condition: JinjaExpression?
  var body: [JinjaStatement]
  var `else`: [JinjaStatement]
}

struct JinjaMacroSyntax: Sendable {
  var name: String
  var parameters: [(name: String, value: JinjaExpression?)]
  var body: [JinjaStatement]
}
