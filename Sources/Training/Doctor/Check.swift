/// One question about a run before it begins.
struct Check<Scene>: Sendable {
  let name: String
  let examine: @Sendable (Scene) throws -> Verdict

  init(_ name: String, _ examine: @escaping @Sendable (Scene) throws -> Verdict) {
    self.name = name
    self.examine = examine
  }

  func finding(_ scene: Scene) -> Finding {
    let verdict: Verdict
    do {
      verdict = try examine(scene)
    } catch {
      verdict = .failed("\(error)", "put right what the message names")
    }
    return Finding(name, verdict.status, verdict.measured, advice: verdict.advice)
  }
}
