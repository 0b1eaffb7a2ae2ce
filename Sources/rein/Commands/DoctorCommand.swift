import ArgumentParser
import Foundation
import Reports
import Training

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Check models, data and reward before a long run of rein ppo, sft, reward, dpo or best-of-n.",
    usage: "rein doctor [FILE.yaml] [--KEY VALUE]... [--kind KIND] [--json]",
    discussion: """
      It trains nothing and writes nothing: it takes the same file and flags as the run and loads what that would load. \
      Every line says what was measured and its bound; under a line that is not in order stands what to change. What kind of run it \
      is, is found by the keys; where they are those of several, --kind says it.

        rein doctor Examples/ppo.yaml
        rein doctor Examples/ppo.yaml --max-new-tokens 40 --json
        rein doctor Examples/sft.yaml --kind sft

        ✓ passed    ! a run works and may not do what is wanted
        – skipped   ✗ a run would learn something else, or nothing

      What is asked of ppo and best-of-n (rloo and grpo are ppo's), with at most 16 completions: do tokenizer and models match; does one beginning-of-text token stand before prompts; can \
      completions end, and do they fit; are the sampler's log-probabilities the trainer's; is the KL to the reference 0 \
      at the start; do padding and batch size change nothing; does the gradient reach every tensor; are rewards numbers \
      that repeat and differ, whatever the length. The reward is asked twice: a judge or a program is paid for 32 answers.

      What is asked of sft, reward and dpo, with 8 of the rows: do tokenizer and model match; does one beginning-of-text \
      token stand before texts, and is the token that ends them learned; are rows repeated, empty or cut, and held-out \
      ones new; are labels sound, and do they not follow from lengths; is the loss that of the answers alone; is the \
      policy its reference at the start; do padding, order and micro-batches change nothing; does the gradient reach \
      every tensor, and a step lower the loss.

      Exit codes: 0 nothing failed (warnings alone are 0), 2 something failed or the configuration is wrong, 1 the world \
      failed.
      """)

  @Option(help: "What kind of run it is: ppo, sft, reward, dpo or best-of-n; else its keys say it.")
  var kind: DoctorKind?

  @Flag(help: "Print the findings as one JSON object.")
  var json = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("[FILE.yaml] [--KEY VALUE]...", valueName: "configuration"))
  var words: [String] = []

  func run() throws {
    let findings = try (kind ?? DoctorKind.found(in: words)).findings(words)
    if json {
      try Console.printJSON([
        "failed": findings.count { $0.status == .failed },
        "warnings": findings.count { $0.status == .warning },
        "findings": findings.map(fields),
      ])
    } else {
      for line in lines(findings) { Console.print(line) }
    }
    if findings.contains(where: { $0.status == .failed }) {
      throw ExitCode(Failure.Blame.input.rawValue)
    }
  }

  private func fields(_ finding: Finding) -> [String: Any] {
    var fields = [
      "check": finding.check, "status": finding.status.rawValue, "measured": finding.measured,
    ]
    fields["advice"] = finding.advice
    return fields
  }

  private func lines(_ findings: [Finding]) -> [String] {
    let width = findings.map { terminalWidth(of: $0.check) }.max() ?? 0
    let rows = findings.flatMap { finding -> [String] in
      let gap = String(repeating: " ", count: width - terminalWidth(of: finding.check) + 2)
      let line = "\(mark(finding.status)) \(finding.check)\(gap)\(finding.measured)"
      let indent = String(repeating: " ", count: width + 4)
      return [line] + (finding.advice.map { ["\(indent)→ \($0)"] } ?? [])
    }
    let counts = Finding.Status.allCases.map { status in
      "\(findings.count { $0.status == status }) \(status.rawValue)"
    }
    return rows + [counts.joined(separator: ", ")]
  }

  private func mark(_ status: Finding.Status) -> String {
    switch status {
    case .passed: "✓"
    case .warning: "!"
    case .failed: "✗"
    case .skipped: "–"
    }
  }
}
