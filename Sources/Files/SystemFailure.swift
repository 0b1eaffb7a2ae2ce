import Foundation

/// Why a call of the system failed.
package struct SystemFailure: Error {
  /// The system's words.
  package let reason: String

  /// Why the last call failed.
  package static var last: Self { Self(reason: String(cString: strerror(errno))) }

  /// Throws where a call failed.
  static func check(_ result: Int32) throws(SystemFailure) {
    if result != 0 { throw last }
  }
}
