import Foundation
import Testing

/// The pages of details and of troubles name the tests that prove what they say.
@Suite struct `Tables of tests` {
  struct Row: Sendable {
    var number: String
    /// Checks of the doctor.
    var checks: [String]
    /// Files under Tests, each with the names of its tests.
    var tests: [(file: String, names: [String])]
  }

  static let pages = ["Documentation/Details.md", "Documentation/Troubles.md"]

  static func rows(_ page: String) throws -> [Row] {
    try `Articles of methods`.text(page).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 4, Int(cells[0]) != nil else { return nil }
      var tests: [(file: String, names: [String])] = []
      for match in cells[3].matches(of: #/`([^`]+)`/#) {
        let name = String(match.1)
        if name.hasSuffix(".swift") {
          tests.append((name, []))
        } else if !tests.isEmpty {
          tests[tests.count - 1].names.append(name)
        }
      }
      let checks = cells[2].matches(of: #/doctor `([^`]+)`/#).map { String($0.1) }
      return Row(number: cells[0], checks: checks, tests: tests)
    }
  }

  @Test(arguments: zip(pages, [44, 16]))
  func `have all their rows, each with tests`(page: String, count: Int) throws {
    let rows = try Self.rows(page)
    #expect(rows.map(\.number) == (1...count).map(String.init))
    for row in rows {
      #expect(!row.tests.isEmpty && row.tests.allSatisfy { !$0.names.isEmpty })
    }
  }

  @Test(arguments: pages) func `name tests that are there`(page: String) throws {
    for row in try Self.rows(page) {
      for (file, names) in row.tests {
        let code = try `Articles of methods`.text("Tests/\(file)")
        for name in names {
          #expect(code.contains("func `\(name)`("), "row \(row.number): \(file) lacks \(name)")
        }
      }
    }
  }

  @Test func `name checks that the doctor makes`() throws {
    let folder = `Articles of methods`.root.appending(path: "Sources/Training/Doctor")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    let code = try files.filter { $0.hasSuffix(".swift") }.map {
      try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
    }.joined()
    let checks = try Self.rows("Documentation/Troubles.md").flatMap(\.checks)
    #expect(checks.count >= 15)
    for check in checks { #expect(code.contains("Scene>(\"\(check)\")"), "\(check)") }
  }
}
