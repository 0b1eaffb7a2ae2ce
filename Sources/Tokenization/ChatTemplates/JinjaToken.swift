/// A word of a template.
struct JinjaToken: Sendable {
  enum Kind: Equatable, Sendable {
    /// Text outside of tags.
    case data(String)
    case expressionStart, expressionEnd, statementStart, statementEnd
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
    case end
  }

  var kind: Kind
  var line: Int

  /// The token as error messages name it.
  var description: String {
    switch kind {
    case .data: "text"
    case .expressionStart: "'{{'"
    case .expressionEnd: "'}}'"
    case .statementStart: "'{%'"
    case .statementEnd: "'%}'"
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .integer, .float: "a number"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end of the template"
    }
  }
}
