import Rewards

/// A program that scores answers.
public struct ProgramChoice: PartChoice {
  /// What it counts in the sum.
  public var weight = 0.0
  /// Its command line, as the shell reads it.
  public var command = ""
  /// How many run side by side.
  public var workers = 1
  /// Seconds that it may owe replies without giving any.
  public var timeout = 60.0

  /// Off.
  public init() {}

  var name: String { "program" }

  func validate() throws(TrainingError) {
    try expect(
      command.contains { !$0.isWhitespace }, "command",
      "name a program, such as 'python3 Examples/reward_program.py'")
    try expect(workers >= 1, "workers", "\(workers) is below 1")
    try expect(timeout > 0 && timeout < 1e9, "timeout", "\(timeout) seconds are none")
  }

  func reward(_ text: AnswerText) throws -> any Reward {
    try ProgramReward(
      command: ["/bin/sh", "-c", "exec \(command)"], title: command, workers: workers,
      timeout: timeout, text: text)
  }
}
