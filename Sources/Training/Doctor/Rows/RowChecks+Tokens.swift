import LanguageModels
import Tokenization

extension RowChecks {
  /// Tokenizer and model speak of the same tokens.
  static let vocabulary = Check<RowScene>("tokenizer and model match") { scene in
    let (tokenizer, count) = (scene.frame.tokenizer, scene.model.vocabularyCount)
    let outside = scene.texts.reduce(0) { sum, text in
      sum + text.tokens.count { !(0..<count).contains($0) }
    }
    let measured =
      "tokenizer \(tokenizer.identifierBound) ids, model \(count); \(outside) ids of rows outside (bound 0)"
    return outside == 0 && tokenizer.identifierBound <= count
      ? .passed(measured)
      : .failed(measured, "the tokenizer is another model's: put the model's own beside it")
  }

  /// One beginning-of-text token stands before texts, where the tokenizer puts one, and never two.
  static let beginningOfText = Check<RowScene>("one beginning-of-text token") { scene in
    let before = scene.frame.tokenizer.tokensBeforeText
    guard let opener = before.first ?? scene.model.beginningOfTextToken else {
      return .skipped("neither tokenizer nor config.json names one")
    }
    // A text of nothing is its end alone, which may be the same token; what was cut at its front has lost the token.
    let texts = scene.texts.filter {
      $0.tokens.count > before.count + 1 && !(scene.kind == .scores && scene.isFull($0))
    }
    let leading = texts.map { $0.tokens.prefix { $0 == opener }.count }
    let (doubled, without) = (leading.count { $0 > 1 }, leading.count { $0 == 0 })
    let measured =
      "token \(opener) at the front: doubled in \(doubled) of \(texts.count) texts (bound 0), absent from \(without)"
    guard doubled == 0 else {
      return .failed(
        measured,
        "the model has never seen two: take it out of the rows or of the chat template, or out of the tokenizer's post_processor"
      )
    }
    return before.isEmpty || without == 0
      ? .passed(measured + (before.isEmpty ? "; the tokenizer puts none" : ""))
      : .warning(
        measured, "the tokenizer puts it before texts and the chat template does not: add it there")
  }

  /// A pad token of its own.
  static let padToken = Check<RowScene>("pad token is not end-of-text") { scene in
    PadToken.verdict(scene.model)
  }

  /// The token that ends texts is among those that are learned, or, for scores, the one that is read.
  static let endOfText = Check<RowScene>("end-of-text is learned") { scene in
    let whole = scene.texts.filter { !scene.isFull($0) || scene.kind == .scores }
    guard !whole.isEmpty else { return .skipped("all texts are cut") }
    // A chat template may write a line break behind the token that ends a turn.
    let within = scene.kind == .scores ? 1 : 3
    let without = share(of: whole) { text in
      !text.learned.suffix(within).contains { scene.stopTokens.contains(text.tokens[$0]) }
    }
    let names = scene.stopTokens.sorted().map { scene.frame.tokenizer.token(of: $0) ?? "\($0)" }
    let measured =
      "\(without.percent) of \(whole.count) whole texts do not end with \(names.firstFew) (bounds 0.1 % and 50 %)"
    guard without > 0.001 else { return .passed(measured) }
    let advice =
      "the model would never learn to stop: let eos_token_id in config.json name the token with which the chat template ends an assistant's turn"
    return without > 0.5 ? .failed(measured, advice) : .warning(measured, advice)
  }
}
