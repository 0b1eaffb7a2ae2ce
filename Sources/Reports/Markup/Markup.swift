/// A piece of HTML or SVG, well-formed by construction: elements close themselves and text is escaped.
///
/// Everything that a page shows passes through here, so no prompt or completion can break out of its place.
struct Markup: Sendable {
  let source: String

  /// Plain text; markup in it is shown, not obeyed.
  init(text: String) {
    source = Markup.escaped(text)
  }

  /// Source that this target wrote itself.
  init(verbatim source: String) {
    self.source = source
  }

  init(_ parts: [Markup]) {
    source = parts.map(\.source).joined()
  }

  static let empty = Markup(verbatim: "")

  /// Escapes what XML reads as markup, and replaces characters that XML cannot carry at all.
  static func escaped(_ text: String) -> String {
    // Most texts, and all paths of drawings, have nothing to escape.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && !markupBytes.contains($0) }) {
      return text
    }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

private let markupBytes = Array("&<>\"".utf8)

/// Elements that HTML never closes, and SVG shapes that hold nothing.
private let childless: Set<String> = [
  "meta", "br", "hr", "input", "wbr", "path", "line", "rect", "circle", "polyline", "polygon",
]

/// An element; attributes that are nil are left out.
func tag(
  _ name: String, _ attributes: KeyValuePairs<String, String?> = [:],
  @MarkupBuilder content: () -> Markup = { .empty }
) -> Markup {
  var source = "<" + name
  for (key, value) in attributes {
    if let value { source += " \(key)=\"\(Markup.escaped(value))\"" }
  }
  let inner = content().source
  if inner.isEmpty, childless.contains(name) { return Markup(verbatim: source + "/>") }
  return Markup(verbatim: "\(source)>\(inner)</\(name)>")
}

/// Lets markup be written as nested blocks; a string in a block is text.
@resultBuilder
enum MarkupBuilder {
  static func buildExpression(_ text: String) -> Markup { Markup(text: text) }
  static func buildExpression(_ markup: Markup) -> Markup { markup }
  static func buildExpression(_ markup: [Markup]) -> Markup { Markup(markup) }
  static func buildBlock(_ parts: Markup...) -> Markup { Markup(parts) }
  static func buildOptional(_ part: Markup?) -> Markup { part ?? .empty }
  static func buildEither(first: Markup) -> Markup { first }
  static func buildEither(second: Markup) -> Markup { second }
  static func buildArray(_ parts: [Markup]) -> Markup { Markup(parts) }
}
