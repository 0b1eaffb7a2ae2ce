import Environments
import Foundation
import Testing

/// A folder of its own for one test, with programs in it; removed when the test lets go of it.
final class ProgramFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("rein-environments-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func file(_ name: String, _ text: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// The command of a Python program.
  func python(_ text: String) throws -> [String] {
    ["python3", try file("\(UUID().uuidString).py", text)]
  }

  /// The command of a shell program that introduces itself, with two numbers and two actions, and goes on.
  func shell(_ text: String, introduction: String = ProgramFolder.introduction) throws -> [String] {
    let greeting = introduction.isEmpty ? "" : "echo '\(introduction)'\n"
    return ["/bin/sh", try file("\(UUID().uuidString).sh", greeting + text)]
  }

  /// The number that a program has written into a file, waited for.
  func number(in name: String) throws -> Int32 {
    let file = url.appendingPathComponent(name)
    for _ in 0..<500 {
      if let text = try? String(contentsOf: file, encoding: .utf8), text.hasSuffix("\n"),
        let number = Int32(text.dropLast())
      {
        return number
      }
      usleep(20_000)
    }
    throw CocoaError(.fileReadNoSuchFile)
  }

  static let introduction =
    #"{"protocol": 1, "name": "small", "observation_count": 2, "action_count": 2}"#

  /// Two random numbers that the actions move; terminates when the first is large, truncates after 20 steps.
  static let walker = #"""
    import json, random, sys
    print(json.dumps({"protocol": 1, "name": "walker", "observation_count": 2, "action_count": 3}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "close" in request:
            break
        if "reset" in request:
            chance, time = random.Random(request["reset"]["seed"]), 0
            state = [chance.random(), chance.random()]
            print(json.dumps({"observation": state}), flush=True)
        else:
            time += 1
            state = [state[0] + request["step"]["action"] * chance.random() / 5, chance.random()]
            print(json.dumps({"observation": state, "reward": 1, "terminated": state[0] > 2,
                              "truncated": time >= 20, "more": None}), flush=True)
    """#
}

/// Whether a process with this number is there, dead ones that nobody has asked about not counted.
func isRunning(_ identifier: Int32) -> Bool {
  if let status = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8) {
    return !status.contains(") Z ")
  }
  return kill(identifier, 0) == 0
}

/// Whether a process is gone, now or soon.
func isSoonGone(_ identifier: Int32) -> Bool {
  for _ in 0..<500 {
    if !isRunning(identifier) { return true }
    usleep(20_000)
  }
  return false
}
