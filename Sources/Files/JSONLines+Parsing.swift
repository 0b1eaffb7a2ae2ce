package import Foundation

extension JSONLines {
  /// A line that is not blank, and where it stands.
  package struct Line {
    package var number: Int
    package var bytes: Data
  }

  /// The bytes of a file, whole.
  package static func contents(of url: URL) throws(FileError) -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      let reason = FileManager.default.fileExists(atPath: url.path) ? "\(error)" : "no such file"
      throw .unreadable(file: url.path, reason: reason)
    }
  }

  /// The lines that hold something, without byte order mark, carriage returns and line feeds.
  package static func lines(in contents: Data) -> [Line] {
    let byteOrderMark = Data([0xEF, 0xBB, 0xBF])
    let text = contents.starts(with: byteOrderMark) ? contents.dropFirst(3) : contents
    var lines: [Line] = []
    let pieces = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, piece) in pieces.enumerated() {
      let bytes = piece.last == UInt8(ascii: "\r") ? piece.dropLast() : piece
      guard bytes.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else {
        continue
      }
      lines.append(Line(number: index + 1, bytes: Data(bytes)))
    }
    return lines
  }

  /// The row on one line, with the decoder's complaint turned into file, line and key.
  static func row<Row: Decodable>(
    _ type: Row.Type, from line: Line, file: String, decoder: JSONDecoder
  ) throws(FileError) -> Row {
    do {
      return try decoder.decode(type, from: line.bytes)
    } catch DecodingError.keyNotFound(let key, let context) {
      throw .missingKey(file: file, line: line.number, key: path(context.codingPath + [key]))
    } catch DecodingError.typeMismatch(let expected, let context),
      DecodingError.valueNotFound(let expected, let context)
    {
      guard !context.codingPath.isEmpty else {
        throw .malformed(file: file, line: line.number, reason: "must be a JSON object")
      }
      throw .wrongValue(
        file: file, line: line.number, key: path(context.codingPath),
        reason: "must be of type \(expected)")
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      throw .wrongValue(
        file: file, line: line.number, key: path(context.codingPath),
        reason: context.debugDescription)
    } catch {
      throw .malformed(file: file, line: line.number, reason: "is not valid JSON")
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}
