@testable import Tokenization

/// Damages JSON at random, first as values and then as bytes, so that much of it still gets past the parser.
struct JSONMutator {
  /// Good documents; parts of one are also put into another.
  let documents: [JSON]
  var generator: SplitMix

  init(_ documents: [JSON], seed: UInt64) {
    self.documents = documents
    generator = SplitMix(seed: seed)
  }

  /// The bytes of a damaged document.
  mutating func next() -> [UInt8] {
    var document = pick(documents) ?? .null
    for _ in 0..<Int.random(in: 1...4, using: &generator) { document = mutated(document) }
    var bytes = Array(document.formatted(compact: true).utf8)
    if Int.random(in: 0..<4, using: &generator) == 0 { damage(&bytes) }
    return bytes
  }

  // MARK: Values

  /// A value with a change somewhere inside; more often deep than at the top.
  private mutating func mutated(_ value: JSON) -> JSON {
    let descends = Int.random(in: 0..<10, using: &generator) < 8
    switch value {
    case .array(var values) where !values.isEmpty:
      let place = Int.random(in: values.indices, using: &generator)
      if descends {
        values[place] = mutated(values[place])
      } else {
        rearrange(&values, at: place)
      }
      return .array(values)
    case .object(var members) where !members.isEmpty:
      let place = Int.random(in: members.indices, using: &generator)
      if descends {
        members[place].value = mutated(members[place].value)
      } else if Bool.random(using: &generator) {
        members[place].key = hostileText()
      } else {
        rearrange(&members, at: place)
      }
      return .object(members)
    case .integer(let number) where Bool.random(using: &generator):
      return .integer(number &+ Int.random(in: -2...2, using: &generator))
    case .boolean(let truth): return .boolean(!truth)
    default: return replacement(for: value)
    }
  }

  private mutating func rearrange<Element>(_ elements: inout [Element], at place: Int) {
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: elements.remove(at: place)
    case 1: elements.append(elements[place])
    default: elements.swapAt(place, Int.random(in: elements.indices, using: &generator))
    }
  }

  private mutating func replacement(for value: JSON) -> JSON {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: return .null
    case 1: return .boolean(Bool.random(using: &generator))
    case 2:
      return .integer(pick([-1, 0, 1, 255, 1 << 24, 1 << 24 - 1, 1 << 62, .max, .min]) ?? 0)
    case 3: return .number(pick([0.5, -0.0, 1e300, 9.3e18, 1e-300]) ?? 0)
    case 4, 5: return .string(hostileText())
    case 6: return nested(Int.random(in: 1...140, using: &generator))
    default: return graft()
    }
  }

  private mutating func hostileText() -> String {
    let texts = [
      "", "▁", " ", "a", "<s>", "<0x41>", "<0xZZ>", "Ġ", "e\u{301}", "é", "\0", "type", "A",
      "ByteLevel", "Metaspace", "Sequence", "BPE", "always", "1.0",
      String(repeating: "ab", count: 500),
    ]
    return pick(texts) ?? ""
  }

  private func nested(_ depth: Int) -> JSON {
    (0..<depth).reduce(JSON.null) { inner, level in
      level.isMultiple(of: 2) ? .array([inner]) : .object(["a": inner])
    }
  }

  /// A part of any document.
  private mutating func graft() -> JSON {
    var part = pick(documents) ?? .null
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      switch part {
      case .array(let values): part = pick(values) ?? part
      case .object(let members): part = pick(members)?.value ?? part
      default: break
      }
    }
    return part
  }

  // MARK: Bytes

  private mutating func damage(_ bytes: inout [UInt8]) {
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 1...64, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3: bytes.removeSubrange(end...)
      case 4:
        let number = pick(["1e999", "99999999999999999999", "-0", "4611686018427387904"]) ?? ""
        bytes.replaceSubrange(place..<place, with: Array(number.utf8))
      default: bytes.insert(pick(Array("{}[]\",:\\u".utf8)) ?? 0, at: place)
      }
    }
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.randomElement(using: &generator)
  }
}
