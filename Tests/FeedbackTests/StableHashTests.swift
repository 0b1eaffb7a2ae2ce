import Testing

@testable import Feedback

@Suite struct `A wide hash` {
  // The test vectors of FNV-1a with 128 bits (Noll's reference).
  @Test(arguments: [
    ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
    ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
  ])
  func `is FNV-1a`(text: String, digits: String) {
    #expect(String(StableHash.wide(text.utf8), radix: 16) == digits)
  }

  @Test func `of several texts knows where each ends`() {
    let names = [
      ["a", "bc"], ["ab", "c"], ["abc"], ["abc", ""], ["", "abc"], [], [""], ["1:a"],
    ]
    #expect(Set(names.map(StableHash.wide)).count == names.count)
    #expect(names.map(StableHash.wide).allSatisfy { $0.count == 32 })
  }
}
