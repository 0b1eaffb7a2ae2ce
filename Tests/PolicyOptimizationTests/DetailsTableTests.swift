import Foundation
import Testing

/// The page of details of implementation names the tests that prove them.
@Suite struct `The table of details` {
  struct Detail: Sendable {
    var number: String
    /// Files under Tests, each with the names of its tests.
    var tests: [(file: String, names: [String])]
  }

  static func details() throws -> [Detail] {
    try `Articles of methods`.text("Documentation/Details.md").split(separator: "\n").compactMap {
      line in
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
      return Detail(number: cells[0], tests: tests)
    }
  }

  @Test func `has 44 rows, each with tests`() throws {
    let details = try Self.details()
    #expect(details.map(\.number) == (1...44).map(String.init))
    for detail in details {
      #expect(!detail.tests.isEmpty && detail.tests.allSatisfy { !$0.names.isEmpty })
    }
  }

  @Test func `names tests that are there`() throws {
    for detail in try Self.details() {
      for (file, names) in detail.tests {
        let code = try `Articles of methods`.text("Tests/\(file)")
        for name in names {
          #expect(
            code.contains("func `\(name)`("), "detail \(detail.number): \(file) lacks \(name)")
        }
      }
    }
  }
}
