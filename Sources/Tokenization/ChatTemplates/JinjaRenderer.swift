import Foundation

/// Writes a template's text for some variables.
///
/// Templates come with models, from strangers. One sees nothing but its variables, changes none of them, and may not run on
/// forever: steps, text and nesting are bounded.
final class JinjaRenderer {
  /// What a template may use up.
  struct Limits: Sendable {
    /// Evaluations, and what text and lists take in proportion.
    var steps = 20_000_000
    /// Bytes of output.
    var outputLength = 1 << 26
    /// Calls, statements and expressions inside of each other.
    var depth = 120
  }

  let limits: Limits
  let now: Date
  private(set) var steps = 0
  var depth = 0
  private(set) var output = ""
  /// How many pieces of text are being written that are not yet part of the output.
  private(set) var captureDepth = 0
  /// The bytes of the output that `generation` blocks wrote; nil where nobody asks.
  private(set) var generated: [Range<Int>]?
  private var scopes: [JinjaScope] = []
  private var namespaces: [JinjaNamespace] = []

  /// A renderer for one text, which tells on demand what `generation` blocks write.
  init(limits: Limits = Limits(), tracksGeneration: Bool = false, now: Date = Date()) {
    self.limits = limits
    self.now = now
    generated = tracksGeneration ? [] : nil
  }

  /// Writes the text.
  func render(
    _ statements: [JinjaStatement], variables: JinjaDictionary
  ) throws(ChatTemplateError) -> String {
    // Macros, namespaces and what they hold may hold each other.
    defer {
      for scope in scopes { scope.clear() }
      for namespace in namespaces { namespace.fields = JinjaDictionary() }
    }
    let outermost = JinjaScope(inside: nil)
    for (key, value) in zip(variables.keys, variables.values) {
      if case .string(let name) = key { outermost.set(name, to: value) }
    }
    _ = try execute(statements, in: JinjaScope(inside: outermost))
    return output
  }

  /// Counts work.
  func charge(_ amount: Int) throws(ChatTemplateError) {
    let (total, overflow) = steps.addingReportingOverflow(max(0, amount))
    guard !overflow, total <= limits.steps else {
      throw .limit("the template takes more than \(limits.steps) steps; it may be without end")
    }
    steps = total
  }

  /// Counts the making of text.
  func charge(byteCount: Int) throws(ChatTemplateError) { try charge(byteCount / 8) }

  func write(_ text: String) throws(ChatTemplateError) {
    try charge(byteCount: text.utf8.count)
    guard output.utf8.count + text.utf8.count <= limits.outputLength else {
      throw .limit("the text is longer than \(limits.outputLength) bytes")
    }
    output += text
  }

  /// Runs what may contain itself.
  func nested<Output>(
    line: Int, _ body: () throws(ChatTemplateError) -> Output
  ) throws(ChatTemplateError) -> Output {
    guard depth < limits.depth else {
      throw ChatTemplateError(
        .limit("calls, statements and expressions are nested more than \(limits.depth) deep"),
        line: line)
    }
    depth += 1
    defer { depth -= 1 }
    do {
      try charge(1)
      return try body()
    } catch {
      throw error.at(line)
    }
  }

  /// The text that statements write, which is kept out of the output.
  func captured(
    _ statements: [JinjaStatement], in scope: JinjaScope
  ) throws(ChatTemplateError) -> (text: String, flow: Flow) {
    let outer = output
    output = ""
    captureDepth += 1
    defer {
      output = outer
      captureDepth -= 1
    }
    let flow = try execute(statements, in: scope)
    return (output, flow)
  }

  /// Keeps a scope that a macro sees, to be let go at the end.
  func keep(_ scope: JinjaScope) { scopes.append(scope) }

  func namespace(_ fields: JinjaDictionary) -> JinjaValue {
    let namespace = JinjaNamespace(fields)
    namespaces.append(namespace)
    return .namespace(namespace)
  }

  func noteGenerated(from start: Int) { generated?.append(start..<output.utf8.count) }
}
