import Foundation
import Testing

/// What a reader finds from an article, a source file, a test or a page of results: the other three.
@Suite struct `Articles of methods` {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let room = "Sources/PolicyOptimization"

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  struct Method: Sendable, CustomTestStringConvertible {
    var article: String
    var sources: [String]
    var tests: [String]
    var pages: [String]

    var testDescription: String { article }
    var path: String { "\(room)/Documentation.docc/\(article).md" }
  }

  // The rows of the overview's table that have an article.
  static func methods() throws -> [Method] {
    try text("\(room)/Documentation.docc/PolicyOptimization.md").split(separator: "\n")
      .compactMap { line in
        let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        guard cells.count == 6, let cell = cells.dropFirst().first,
          let name = cell.firstMatch(of: #/<doc:(\w+)>|``(TrustRegion)``/#)
        else { return nil }
        let names = cells.map { cell in
          cell.matches(of: #/`([\w+-]+\.(swift|md))`/#).map { String($0.1) }
        }
        return Method(
          article: String(name.1 ?? name.2 ?? ""), sources: names[2], tests: names[3],
          pages: names[4])
      }
  }

  @Test func `are all in the overview`() throws {
    let listed = Set(try Self.methods().map(\.article))
    let folder = Self.root.appending(path: "\(Self.room)/Documentation.docc")
    let written = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .map { $0.replacing(".md", with: "") }.filter { $0 != "PolicyOptimization" }
    #expect(listed == Set(written) && listed.count == 19)
  }

  @Test(arguments: try methods()) func `name code, tests and pages, which name them`(
    method: Method
  ) throws {
    let article = try Self.text(method.path)
    #expect(!method.sources.isEmpty && !method.tests.isEmpty)
    for source in method.sources {
      #expect(article.contains("`\(source)`"), "\(method.article) does not name \(source)")
      let code = try Self.text("\(Self.room)/\(source)")
      #expect(
        code.contains("<doc:\(method.article)>"), "\(source) does not name \(method.article)")
    }
    for test in method.tests.map({ "Tests/PolicyOptimizationTests/\($0)" }) {
      #expect(article.contains("`\(test)`"), "\(method.article) does not name \(test)")
      #expect(
        try Self.text(test).contains("<doc:\(method.article)>"),
        "\(test) does not name \(method.article)")
    }
    for page in method.pages {
      #expect(article.contains(page), "\(method.article) does not name \(page)")
      #expect(
        try Self.text("Documentation/Results/\(page)").contains("../../\(method.path)"),
        "\(page) does not link to \(method.article)")
    }
  }

  @Test(arguments: try methods()) func `name files that are there`(method: Method) throws {
    let article = try Self.text(method.path)
    let paths = article.matches(of: #/(Sources|Tests|Documentation)/[\w/+-]+\.\w+/#)
      .map { String($0.0) }
    #expect(!paths.isEmpty)
    for path in paths {
      #expect(
        FileManager.default.fileExists(atPath: Self.root.appending(path: path).path),
        "\(method.article) names \(path)")
    }
  }
}
