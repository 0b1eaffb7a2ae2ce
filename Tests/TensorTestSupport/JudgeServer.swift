import Foundation
import Testing

/// A server of our own on a free port (RewardsTests/Fixtures/judge_server.py).
///
/// It ends with this value, or with the process that holds its input.
public final class JudgeServer: Sendable {
  /// The address up to the version.
  public let url: String
  private let process: Process
  private let input = Pipe()

  /// Starts a server.
  public init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../RewardsTests/Fixtures/judge_server.py")
    let output = Pipe()
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", file.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    url = "http://127.0.0.1:\(port)/v1"
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// What has reached it.
  public struct State: Decodable {
    /// A request.
    public struct Question: Decodable {
      /// What somebody said.
      public struct Message: Decodable {
        public var role: String
        public var content: String
      }
      public var model: String
      public var temperature: Double?
      public var messages: [Message]
    }

    public var requests: Int
    /// The most requests that were there at the same time.
    public var most: Int
    public var times: [Double]
    public var authorizations: [String?]
    public var questions: [Question]
    public var paths: [String]

    enum CodingKeys: String, CodingKey {
      case requests
      case most = "most_in_flight"
      case times, authorizations, questions, paths
    }
  }

  /// Asks what has reached it.
  public func state() throws -> State {
    let url = try #require(URL(string: url))
    return try JSONDecoder().decode(State.self, from: Data(contentsOf: url))
  }
}
