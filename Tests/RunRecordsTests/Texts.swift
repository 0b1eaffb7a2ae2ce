import Foundation

/// The whole text of a file.
func text(of url: URL) throws -> String {
  try String(contentsOf: url, encoding: .utf8)
}

/// A moment with a fraction that is exact in binary.
let moment = Date(timeIntervalSince1970: 1_767_225_600.5)
