import Foundation
import Testing

@testable import Tokenization

/// Templates come from strangers: whatever they are, there is text or an error.
@Suite struct `Hostile chat templates` {
  /// Enough for any honest template, and little for one that runs on.
  static let limits = JinjaRenderer.Limits(steps: 200_000, outputLength: 1 << 20, depth: 120)

  static let endless: [String] = [
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
    "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99999) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x={}) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
    "{% set ns = namespace(x=()) %}{% for i in range(99999) %}{% set ns.x = (ns.x,)|reverse %}{% endfor %}",
    "{% set ns = namespace(x=2) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    "{{ 'a' * 9223372036854775807 }}", "{{ [1] * 9223372036854775807 }}",
    "{{ 9223372036854775807 + 1 }}",
    "{{ -9223372036854775807 - 2 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
    "{{ (-9223372036854775807 - 1)|abs }}",
    "{{ 1e300|int }}", "{{ 'x'|indent(9223372036854775807) }}",
    "{{ [1]|tojson(indent=9223372036854775807) }}",
    "{{ ('a' * 1000)|replace('', 'b' * 1000)|replace('b', 'c' * 1000) }}",
    "{{ '7'.zfill(9223372036854775807) }}",
    "{{ range(-9223372036854775807, 9223372036854775807)|length }}",
    "{{ strftime_now('%Y' * 2000) }}",
    "{{ [0][::-9223372036854775807 - 1][9] + 1 }}", "{{ 99999999999999999999 }}",
    "{{ 2.5|round(9223372036854775807) }}",
    String(repeating: "(", count: 10_000), "{{ " + String(repeating: "(", count: 10_000),
    "{{ " + String(repeating: "[", count: 10_000),
    "{{ " + String(repeating: "not ", count: 10_000) + "1 }}",
    "{{ " + String(repeating: "-", count: 10_000) + "1 }}",
    "{{ 1" + String(repeating: " + 1", count: 10_000) + " }}",
    "{{ 1" + String(repeating: "|abs", count: 10_000) + " }}",
    "{{ a" + String(repeating: ".a", count: 10_000) + " }}",
    "{{ 1" + String(repeating: " if 1 else 1", count: 10_000) + " }}",
    String(repeating: "{% if 1 %}", count: 10_000),
    String(repeating: "{% for x in y %}", count: 10_000),
    String(repeating: "{% macro f() %}", count: 10_000),
    String(repeating: "{% set x %}", count: 10_000),
    "{% for " + String(repeating: "(", count: 10_000) + "x in y %}",
  ]

  @Test(arguments: endless) func `what never ends, or is too large, is an error`(template: String)
    throws
  {
    let golden = try GoldenChat.load()
    do throws(ChatTemplateError) {
      let text = try golden.render(template, limits: Self.limits)
      // Text outside of tags is text.
      #expect(text == template)
    } catch {
      #expect(error.line == 1)
    }
  }

  @Test func `a long chain of elif is not deep`() throws {
    let golden = try GoldenChat.load()
    let chain = String(repeating: "{% elif no %}x", count: 5_000)
    #expect(try golden.render("{% if no %}" + chain + "{% else %}y{% endif %}") == "y")
  }

  @Test func `the deepest template runs on the small stack of a thread`() throws {
    let golden = try GoldenChat.load()
    let macro =
      "{% macro f(n) %}{% if n %}{% for x in [1] %}{{ (f(n - 1)|trim) ~ '' }}{% endfor %}{% endif %}{% endmacro %}"
    let nested =
      String(repeating: "{% if 1 %}", count: 55) + "x" + String(repeating: "{% endif %}", count: 55)
    let expression =
      "{{ " + String(repeating: "(1 + ", count: 28) + "1" + String(repeating: ")", count: 28)
      + " }}"
    let finished = DispatchSemaphore(value: 0)
    let outcomes = Outcomes()
    let thread = Thread {
      for template in [macro + "{{ f(1000) }}", nested, expression] {
        outcomes.append((try? golden.render(template)) ?? "error")
      }
      finished.signal()
    }
    // What threads have on macOS; without optimization, frames are several times as large.
    #if DEBUG
      thread.stackSize = 1536 << 10
    #else
      thread.stackSize = 512 << 10
    #endif
    thread.start()
    finished.wait()
    #expect(outcomes.values == ["error", "x", "29"])
  }

  @Test func `mutations of templates give text or an error`() throws {
    let golden = try GoldenChat.load()
    let seconds = ProcessInfo.processInfo.environment["REIN_FUZZ_SECONDS"].flatMap(Double.init)
    let start = Date()
    var mutator = TemplateMutator(
      sources: golden.models.keys.sorted().compactMap { golden.models[$0]?.source }
        + golden.constructs.map(\.template),
      seed: seconds == nil ? 5 : UInt64(start.timeIntervalSince1970))
    var (count, rendered) = (0, 0)
    let conversations = golden.conversations.keys.sorted().compactMap { golden.conversations[$0] }
    while seconds.map({ Date().timeIntervalSince(start) < $0 }) ?? (count < 1500) {
      let source = mutator.next()
      if seconds != nil, let path = ProcessInfo.processInfo.environment["REIN_FUZZ_LAST"] {
        try Data(source.utf8).write(to: URL(filePath: path))
      }
      count += 1
      do throws(ChatTemplateError) {
        let template = try JinjaParser.parse(source)
        var variables = JinjaDictionary()
        for member in golden.context { try variables.set(member.key, to: JinjaValue(member.value)) }
        let messages = conversations[count % conversations.count].map { JSON.object($0.fields) }
        try variables.set("messages", to: JinjaValue(.array(messages)))
        try variables.set("tools", to: count % 3 == 0 ? JinjaValue(.array(golden.tools)) : .none)
        try variables.set("add_generation_prompt", to: .boolean(count % 2 == 0))
        let limits = JinjaRenderer.Limits(steps: 20_000, outputLength: 1 << 18, depth: 120)
        _ = try JinjaRenderer(limits: limits).render(template.statements, variables: variables)
        rendered += 1
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
    print("mutations: \(count), rendered: \(rendered)")
    #expect(rendered * 20 > count)
  }
}

private final class Outcomes: @unchecked Sendable {
  private let lock = NSLock()
  private var texts: [String] = []
  func append(_ text: String) { lock.withLock { texts.append(text) } }
  var values: [String] { lock.withLock { texts } }
}

/// Templates that are almost right.
struct TemplateMutator {
  private let sources: [[Unicode.Scalar]]
  private let words: [String]
  private var generator: SplitMix

  init(sources: [String], seed: UInt64) {
    self.sources = sources.map { Array($0.unicodeScalars) }
    generator = SplitMix(seed: seed)
    words = [
      "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", " if ", " else ", "{% else %}",
      "{% endif %}", "{% endfor %}",
      "{% for x in messages %}", "{% if x %}", "|", "(", ")", "[", "]", "{", "}", ":", ",", ".",
      "'", "\"", "\\", "~", "+",
      "-", "*", "**", "//", "%", "==", "<", " in ", " not ", " is ", " and ", " or ", " loop",
      " messages", " message",
      "['content']", "[0]", "[::-1]", "[1:]", "|tojson", "|trim", "|length", "|list", "|sort",
      "|join", "|map('upper')",
      "|replace('', 'x')", ".split()", ".strip('')", "0", "-1", "9223372036854775807", "1e308",
      "none", "true", "''", "[]", "{}",
      "range(9)", "namespace()", "\u{0}", "é", "e\u{301}", "👩‍👧", "\u{2028}", "\r\n", "{% set x = ",
      "{% macro f(a) %}",
      "{% endmacro %}", "f(", "{% generation %}", "{% endgeneration %}", "{% break %}",
      "raise_exception(", "|int", "|round(",
      "* 99999", "|indent(", "|dictsort", "|items", "loop.index0", ".x", "_", "is defined",
    ]
  }

  mutating func next() -> String {
    var text = sources.randomElement(using: &generator) ?? []
    for _ in 0...Int.random(in: 0..<4, using: &generator) {
      let place = Int.random(in: 0...text.count, using: &generator)
      let end = min(text.count, place + Int.random(in: 0..<12, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: text.removeSubrange(place..<end)
      case 1, 2:
        text.insert(
          contentsOf: (words.randomElement(using: &generator) ?? "").unicodeScalars, at: place)
      case 3:
        text.replaceSubrange(
          place..<end, with: (words.randomElement(using: &generator) ?? "").unicodeScalars)
      case 4:
        text.insert(
          contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &generator))
      default:
        let other = sources.randomElement(using: &generator) ?? []
        let start = Int.random(in: 0...other.count, using: &generator)
        text.insert(contentsOf: other[start..<min(other.count, start + 40)], at: place)
      }
    }
    return String(String.UnicodeScalarView(text))
  }
}
