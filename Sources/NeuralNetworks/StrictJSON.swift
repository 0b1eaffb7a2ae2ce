package import Foundation

/// Reads the JSON of checkpoints without leaving room for two opinions.
///
/// Readers differ on a key that stands twice in one object: some take the first value, some the last. A file that one program checks
/// and another one runs must not mean two things, so it is refused.
package enum StrictJSON {
  /// What is wrong with a text.
  package enum Fault: Error, Equatable, CustomStringConvertible {
    /// It is not JSON in UTF-8.
    case malformed(String)
    /// A value is not what its key demands.
    case wrong(path: [String], reason: String)
    /// A key stands twice in one object.
    case repeated(key: String)

    /// What is wrong, with the key.
    package var description: String {
      switch self {
      case .malformed(let reason): "is not JSON: \(reason)"
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
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
      throw .malformed("not text in UTF-8")
    }
    let value: Value
    do {
      value = try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw fault(of: error)
    } catch {
      throw .malformed(error.localizedDescription)
    }
    if let key = repeatedKey(in: bytes) { throw .repeated(key: key) }
    return value
  }

  private static func fault(of error: DecodingError) -> Fault {
    switch error {
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      let cause = (context.underlyingError as? CocoaError)?.userInfo[NSDebugDescriptionErrorKey]
      return .malformed(cause as? String ?? context.debugDescription)
    case .dataCorrupted(let context), .typeMismatch(_, let context),
      .valueNotFound(_, let context), .keyNotFound(_, let context):
      return .wrong(
        path: context.codingPath.map(\.stringValue), reason: context.debugDescription)
    @unknown default: return .malformed("\(error)")
    }
  }

  // Of a text that is known to be JSON: so every colon outside of strings follows a key.
  private static func repeatedKey(in bytes: [UInt8]) -> String? {
    var open: [Set<String>] = []
    var string = 0..<0
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): open.append([])
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
      case UInt8(ascii: "\""):
        let start = index
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
          index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        string = start..<min(index + 1, bytes.count)
      case UInt8(ascii: ":"):
        let key = unquoted(bytes[string])
        if let object = open.indices.last, !open[object].insert(key).inserted { return key }
      default: break
      }
      index += 1
    }
    return nil
  }

  private static func unquoted(_ string: ArraySlice<UInt8>) -> String {
    guard string.contains(UInt8(ascii: "\\")),
      let text = try? JSONDecoder().decode(String.self, from: Data(string))
    else { return String(decoding: string.dropFirst().dropLast(), as: UTF8.self) }
    return text
  }
}
