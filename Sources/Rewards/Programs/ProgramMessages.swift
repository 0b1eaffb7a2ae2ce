import LanguageModels

/// What a program is asked about a completion.
struct ProgramRequest: Encodable {
  var id: Int
  var prompt: String
  var completion: String
  var tokens: [Int]
  var finish: Finish
  // How many requests come together.
  var batch = 1

  enum Finish: String, Encodable {
    case stop, length
  }

  init(id: Int, _ completion: Completion, _ text: AnswerText) {
    self.id = id
    prompt = text.prompt(of: completion)
    self.completion = text.answer(of: completion)
    tokens = completion.tokens
    finish = completion.finish == .length ? .length : .stop
  }
}

/// What a program says about a completion.
struct ProgramReply: Decodable {
  var id: Int?
  var score: Double?
  var scores: [Double]?
  var error: String?
}
