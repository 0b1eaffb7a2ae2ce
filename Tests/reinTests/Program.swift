import Foundation

/// The built program, run as people and scripts run it.
struct Program {
  /// How a run of the program ended.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String

    /// The output's lines.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Beside the tests.
  static let url: URL = {
    let tests = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "rein")
  }()

  /// Starts it, and says nothing of what it says.
  static func start(_ arguments: [String], in folder: URL) throws -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs a line of the shell, in which the program is `$0`, to its end.
  static func shell(_ line: String, in folder: URL) throws -> Outcome {
    try run(["-c", line, url.path], of: URL(fileURLWithPath: "/bin/sh"), in: folder)
  }

  private static var environment: [String: String] {
    ProcessInfo.processInfo.environment.merging(
      ["OMP_NUM_THREADS": "1"], uniquingKeysWith: { $1 })
  }

  /// Runs it to its end.
  static func run(
    _ arguments: [String], of program: URL = url, input: String = "", in folder: URL? = nil,
    output file: String? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = folder }
    process.environment = environment
    // Files instead of pipes, which could fill up.
    let base = FileManager.default.temporaryDirectory.appending(path: "rein-\(UUID().uuidString)")
    let files = ["in", "out", "err"].map { base.appendingPathExtension($0) }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    try Data(input.utf8).write(to: files[0])
    for file in files[1...] { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(
      forWritingTo: file.map(URL.init(fileURLWithPath:)) ?? files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try String(contentsOf: files[1], encoding: .utf8),
      errors: try String(contentsOf: files[2], encoding: .utf8))
  }
}
