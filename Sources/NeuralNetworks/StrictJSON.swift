package import Foundation

/// Reads the JSON of checkpoints without leaving room for two opinions.
///
/// Readers differ on a key that stands twice in one object: some take the first value, some the last. A file that one program checks
/// and another one runs must not mean two things, so it is refused.
package enum StrictJSON {
  /// What is wrong with a text.
  package enum Fault: Error, Equatable, CustomStringConvertible {
    /// It is not JSON in UTF-8.
    case malformed
    /// A value is not what its key demands.
    case wrong(path: [String], reason: String)
    /// A key stands twice in one object.
    case repeated(key: String)

    /// What is wrong, with the key.
    package var description: String {
      switch self {
      case .malformed: "is not JSON in UTF-8"
      case .wrong(let path, let reason) where path.isEmpty: "is not a JSON object: \(reason)"
      case .wrong(let path, let reason): "key '\(path.joined(separator: "."))': \(reason)"
      case .repeated(let key): "has the key '\(key)' twice"
      }
    }
  }

  /// The longest text that is read, in bytes: what safetensors allows its headers.
  package static let longest = 100_000_000

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - type: What it should be.
  ///   - data: The text.
  /// - Returns: The value.
  /// - Throws: `Fault`.
  package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data)
    throws(Fault) -> Value
  {
    let bytes = [UInt8](data)
    // Foundation takes zeros for a sign of UTF-16; no JSON in UTF-8 has one.
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil,
      (try? JSONDecoder().decode(Anything.self, from: data)) != nil
    else { throw .malformed }
    let outline = Outline(bytes)
    if let key = outline.repeated { throw .repeated(key: key) }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.keyNotFound(_, let context)
    {
      throw .wrong(path: context.codingPath.map(\.stringValue), reason: context.debugDescription)
    } catch {
      // Foundation does not say which number is too large for its key, or no whole one: each is tried alone.
      let culprit = outline.members.first { key, member in
        do {
          _ = try JSONDecoder().decode(type, from: Data([0x7B] + bytes[member] + [0x7D]))
          return false
        } catch DecodingError.dataCorrupted { return true } catch { return false }
      }
      throw .wrong(path: culprit.map { [$0.key] } ?? [], reason: "a number does not fit its key")
    }
  }

  private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }

  /// Where the keys of a text stand that is known to be JSON: so every colon outside of strings follows one.
  private struct Outline {
    /// The first key that stands twice in one object.
    private(set) var repeated: String?
    /// What the outermost object holds: keys, and where they stand with their values.
    private(set) var members: [(key: String, place: Range<Int>)] = []

    init(_ bytes: [UInt8]) {
      var open: [Set<String>] = []
      var string = 0..<0
      var index = 0
      while index < bytes.count, repeated == nil {
        switch bytes[index] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): open.append([])
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          end(at: index, depth: open.count)
          _ = open.popLast()
        case UInt8(ascii: ","): end(at: index, depth: open.count)
        case UInt8(ascii: "\""):
          let start = index
          index += 1
          while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
          }
          string = start..<min(index + 1, bytes.count)
        case UInt8(ascii: ":"):
          let key = unquoted(bytes[string])
          if open.count == 1 { members.append((key, string)) }
          if let object = open.indices.last, !open[object].insert(key).inserted { repeated = key }
        default: break
        }
        index += 1
      }
    }

    private mutating func end(at index: Int, depth: Int) {
      guard depth == 1, let last = members.popLast() else { return }
      members.append((last.key, last.place.lowerBound..<index))
    }
  }

  private static func unquoted(_ string: ArraySlice<UInt8>) -> String {
    guard string.contains(UInt8(ascii: "\\")),
      let text = try? JSONDecoder().decode(String.self, from: Data(string))
    else { return String(decoding: string.dropFirst().dropLast(), as: UTF8.self) }
    return text
  }
}
