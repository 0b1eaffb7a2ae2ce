public import Foundation
import Torch

/// Random damage to files that were sound, the same for the same seed.
public struct Damage {
  private let generator: Generator

  /// Damage that a seed decides.
  public init(seed: UInt64) { generator = Generator(seed: seed) }

  /// A number from 0 up to, but not including, a bound.
  public func number(below bound: Int) -> Int { generator.integer(below: bound) }

  /// One of several things.
  public func one<Value>(of choices: [Value]) -> Value { choices[number(below: choices.count)] }

  /// Bytes with a few of them changed, cut out, repeated or added.
  public func bytes(_ sound: Data) -> Data {
    var bytes = [UInt8](sound)
    for _ in 0...number(below: 3) {
      let place = number(below: bytes.count + 1)
      let range = place..<min(place + number(below: 9), bytes.count)
      switch number(below: 6) {
      case 0: bytes.removeSubrange(range)
      case 1: bytes.insert(contentsOf: bytes[range], at: number(below: bytes.count + 1))
      case 2: bytes.insert(UInt8(number(below: 256)), at: place)
      case 3: bytes.removeSubrange(place...)
      default: for index in range.prefix(1) { bytes[index] ^= 1 << UInt8(number(below: 8)) }
      }
    }
    return Data(bytes)
  }

  /// JSON with a few of its parts exchanged for each other or for values that nobody expects; mostly still JSON.
  public func json(_ sound: Data) -> Data {
    var parts = Damage.parts([UInt8](sound))
    for _ in 0...number(below: 3) where !parts.isEmpty {
      let place = number(below: parts.count)
      let run = place..<min(place + 1 + number(below: 6), parts.count)
      let scalars = parts.indices.filter { !Damage.marks.contains(parts[$0]) }
      switch number(below: 8) {
      case 0: parts.remove(at: place)
      case 1: parts.insert(contentsOf: parts[run], at: number(below: parts.count + 1))
      case 2 where !scalars.isEmpty:
        parts[one(of: scalars)] = parts[one(of: scalars)]
      case 3: parts[place] = near(parts[place])
      case 4: for index in scalars where parts[index] == parts[place] { parts[index] = surprise() }
      default: if !scalars.isEmpty { parts[one(of: scalars)] = surprise() }
      }
    }
    return Data(parts.joined(separator: " ").utf8)
  }

  // A number not far from the one that stood there.
  private func near(_ part: String) -> String {
    guard let value = Int(part) else { return Double(part).map { "\($0 / 2)" } ?? part }
    return "\(one(of: [value &+ 1, value &- 1, value &* 2, value / 2, 0 &- value, value &<< 32]))"
  }

  private func surprise() -> String { one(of: Damage.surprises) }

  private static let surprises = [
    "0", "1", "2", "3", "-1", "64", "65537", "1073741825", "1099511627776", "2305843009213693952",
    "4611686018427387904", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
    "18446744073709551617", "1000000000000000000", "1e18", "1e19", "1e300", "1e400", "-1e400",
    "1e-320", "0.5", "1.5", "-0.0", "2.0", "NaN", "Infinity", "true", "false", "null", "\"\"",
    "\"..\"", "\"../../etc/passwd\"", "\"\\u0000\"", "\"\\ud800\"", "\"é\"", "\"e\u{301}\"",
    "[]", "{}", "[1, 2]", "[-1]", "[[]]", "[null]", "{\"a\": {\"a\": 1}}", "{\"a\": 1, \"a\": 2}",
    String(repeating: "[", count: 600), String(repeating: "[1,", count: 300),
    "\"" + String(repeating: "x", count: 3000) + "\"", "\"gpt2\"", "\"llama\"", "\"yarn\"",
    "\"dynamic\"", "\"linear\"", "\"U8\"", "\"BOOL\"", "\"F64\"",
  ]
  private static let marks = ["{", "}", "[", "]", ":", ","]

  // Strings, numbers and words, and the marks between them.
  private static func parts(_ bytes: [UInt8]) -> [String] {
    var parts: [String] = []
    var index = 0
    while index < bytes.count {
      let start = index
      index += 1
      switch bytes[start] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"): continue
      case UInt8(ascii: "\""):
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
          index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index = min(index + 1, bytes.count)
      case let mark where marks.contains(String(UnicodeScalar(mark))): break
      default:
        while index < bytes.count, !" \n,:]}".utf8.contains(bytes[index]) { index += 1 }
      }
      parts.append(String(decoding: bytes[start..<index], as: UTF8.self))
    }
    return parts
  }
}

extension Data {
  /// Writes a file that need not outlive the machine: Foundation waits for the disk at every file, which is most of the time.
  public func writeUnsynchronized(to url: URL) throws {
    guard let file = fopen(url.path, "w") else { throw CocoaError(.fileWriteUnknown) }
    let written = withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    guard fclose(file) == 0, written == count else { throw CocoaError(.fileWriteUnknown) }
  }
}

/// Tries damage of many seeds: as many as asked for, or all there is time for in `REIN_FUZZ_SECONDS`.
///
/// What a crash was made by is still in the temporary folder, since a process that crashes does not tidy up.
///
/// - Parameters:
///   - name: What is tried.
///   - count: How many seeds where no time is set.
///   - attempt: Tries one; answers whether the damage was refused.
/// - Returns: The share that was refused.
/// - Throws: What an attempt threw.
@discardableResult
public func fuzz(_ name: String, count: Int, _ attempt: (Damage) throws -> Bool) throws -> Double {
  let environment = ProcessInfo.processInfo.environment
  let seconds = environment["REIN_FUZZ_SECONDS"].flatMap(Double.init)
  let first = environment["REIN_FUZZ_SEED"].flatMap(UInt64.init) ?? 0
  let start = Date()
  var (tried, refused) = (0, 0)
  while seconds.map({ Date().timeIntervalSince(start) < $0 }) ?? (tried < count) {
    if try attempt(Damage(seed: first + UInt64(tried))) { refused += 1 }
    tried += 1
  }
  if seconds != nil {
    let time = Int(Date().timeIntervalSince(start))
    print("\(name): \(tried) inputs in \(time) s from seed \(first), \(refused) refused")
  }
  return Double(refused) / Double(max(tried, 1))
}
