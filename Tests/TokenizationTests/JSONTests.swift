import Testing

@testable import Tokenization

@Suite struct `JSON text` {
  @Test func `values are read and written as they were`() throws {
    let text = """
      {
        "a": [],
        "b": {},
        "c": [
          null,
          true,
          false,
          -12,
          0.5,
          "x"
        ],
        "é": "é"
      }
      """
    let written = try JSONParser.parse(Array(text.utf8)).formatted()
    #expect(Array(written.utf8) == Array(text.utf8))
  }

  @Test func `escapes are read and the needed ones written`() throws {
    let text = #""\"\\\/\b\f\n\r\t\u0001\u00e9\ud83d\ude00é/""#
    let value = try JSONParser.parse(Array(text.utf8))
    guard case .string(let string) = value else {
      Issue.record("not a string")
      return
    }
    #expect(Array(string.utf8) == Array("\"\\/\u{8}\u{C}\n\r\t\u{1}é😀é/".utf8))
    #expect(value.formatted() == #""\"\\/\b\f\n\r\t\u0001é😀é/""#)
  }

  @Test func `names that are canonically equivalent stay apart`() throws {
    let value = try JSONParser.parse(Array("{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8))
    let fields = try JSONFields(value, file: "f", path: "")
    #expect(try fields.integer("\u{E9}") == 1)
    #expect(try fields.integer("e\u{301}") == 2)
  }

  @Test(arguments: [
    ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("{a: 1}", 1), ("[1 2]", 3), ("01", 2), ("-", 1),
    ("1.", 2), ("1e", 2), ("nul", 3), ("nulx", 0), ("\"a", 2), ("\"\n\"", 1), ("\"\\x\"", 2),
    ("\"\\u12\"", 5),
    ("\"\\ud800\"", 7), ("\"\\udc00\"", 7), ("\"\\ud800\\u0041\"", 13), ("1 1", 2), ("", 0),
    (String(repeating: "[", count: 200), 128), ("'a'", 0), ("NaN", 0), ("\u{FEFF}1", 0),
  ])
  func `damage is found where it is`(text: String, offset: Int) throws {
    let failure = try #require(throws: JSONParser.Failure.self) {
      try JSONParser.parse(Array(text.utf8))
    }
    #expect(failure.offset == offset)
  }
}
