import Foundation
import Torch

extension SafeTensors {
  /// What the JSON before the tensors says.
  struct Header: Decodable {
    /// One tensor's type, shape and place after the header.
    struct Stored: Decodable {
      let dtype: String
      let shape: [Int]
      let data_offsets: [Int]
    }

    private(set) var tensors: [String: Stored] = [:]
    private(set) var metadata: [String: String] = [:]

    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        if name.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          tensors[name.stringValue] = try container.decode(Stored.self, forKey: name)
        }
      }
    }
  }

  /// Reads a file's header.
  ///
  /// - Parameter file: The file.
  /// - Returns: The header, and where the tensors start.
  /// - Throws: `WeightError`.
  static func header(of file: RegularFile) throws(WeightError) -> (header: Header, end: Int) {
    let malformed = { (fault: String) in WeightError.malformed(file: file.path, reason: fault) }
    guard file.byteCount >= 8 else {
      throw malformed("\(file.byteCount) bytes are too few for a header")
    }
    let length = try file.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.byteCount - 8) else {
      throw malformed(
        "the header says \(length) bytes, the file has \(file.byteCount - 8) more: truncated?")
    }
    guard length <= UInt64(StrictJSON.longest) else {
      throw malformed("the header says \(length) bytes; the format allows \(StrictJSON.longest)")
    }
    let end = 8 + Int(length)
    let text = try file.bytes(8..<end)
    do {
      return (try StrictJSON.decode(Header.self, from: text), end)
    } catch {
      switch error {
      case .malformed: throw malformed("the header is not a JSON object")
      case .repeated(let key): throw malformed("the header has '\(key)' twice")
      case .refused(let reason): throw malformed(reason)
      case .wrong(let path, _):
        throw malformed(
          path.first.map {
            $0 == "__metadata__"
              ? "__metadata__ is not a map from text to text"
              : "tensor '\($0)' lacks dtype, shape or data_offsets"
          } ?? "the header is not a JSON object")
      }
    }
  }
}
