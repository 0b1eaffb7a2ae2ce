import LanguageModels

/// Whether a model has a pad token of its own.
enum PadToken {
  static func verdict(_ model: DecoderConfiguration) -> Verdict {
    guard let pad = model.paddingToken else {
      return .passed("config.json names no pad token; Rein masks by length and needs none")
    }
    return model.stopTokens.contains(pad)
      ? .warning(
        "pad_token_id \(pad) ends texts too",
        "nothing is wrong in Rein, which masks by length; tools that mask by token would never teach the model to stop: give pad_token_id another id in config.json"
      )
      : .passed("pad_token_id \(pad), ended by \(model.stopTokens.map(String.init).firstFew)")
  }
}
