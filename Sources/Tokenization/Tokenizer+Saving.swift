public import Foundation

extension Tokenizer {
  /// Writes a `tokenizer.json` that loaders of the `tokenizers` package read.
  ///
  /// The file appears whole or not at all: it is written beside its place, then moved there.
  ///
  /// - Parameters:
  ///   - url: The file; its directory exists.
  ///   - compact: Whether to leave out spaces and lines, which halves the file.
  /// - Throws: ``TokenizerError`` that names the file and the system's reason.
  public func save(to url: URL, compact: Bool = false) throws(TokenizerError) {
    do {
      try Data(json.formatted(compact: compact).utf8).write(to: url, options: .atomic)
    } catch {
      throw TokenizerError(
        file: url.path, field: "", problem: .unwritable(reason: error.localizedDescription))
    }
  }

  /// The contents of the file, with fields in the order of the `tokenizers` package.
  var json: JSON {
    .object([
      "version": .string("1.0"),
      "truncation": .null,
      "padding": .null,
      "added_tokens": .array(addedTokens.map(\.json)),
      "normalizer": normalizer.json,
      "pre_tokenizer": preTokenizer.json,
      "post_processor": postProcessor.json,
      "decoder": decoder.json,
      "model": model.json,
    ])
  }
}

extension AddedToken {
  fileprivate var json: JSON {
    .object([
      "id": .integer(identifier),
      "content": .string(content),
      "single_word": .boolean(isSingleWord),
      "lstrip": .boolean(stripsLeft),
      "rstrip": .boolean(stripsRight),
      "normalized": .boolean(isNormalized),
      "special": .boolean(isSpecial),
    ])
  }
}

extension ByteLevelSettings {
  var json: JSON {
    .object([
      "type": .string("ByteLevel"),
      "add_prefix_space": .boolean(addsPrefixSpace),
      "trim_offsets": .boolean(trimsOffsets),
      "use_regex": .boolean(splits),
    ])
  }
}

extension PreTokenizer {
  fileprivate var json: JSON {
    switch self {
    case .whole: .null
    case .byteLevel(let settings): settings.json
    case .metaspace(let metaspace): metaspace.json
    case .splitThenByteLevel(let pattern, let settings):
      .object([
        "type": .string("Sequence"),
        "pretokenizers": .array([pattern.json, settings.json]),
      ])
    }
  }
}

extension SplitPattern {
  fileprivate var json: JSON {
    .object([
      "type": .string("Split"),
      "pattern": .object(["Regex": .string(expression)]),
      "behavior": .string("Isolated"),
      "invert": .boolean(false),
    ])
  }
}

extension Normalizer {
  fileprivate var json: JSON {
    switch self {
    case .none: .null
    case .nfc: .object(["type": .string("NFC")])
    case .spaces(let prepends):
      prepends
        ? .object([
          "type": .string("Sequence"),
          "normalizers": .array([
            .object(["type": .string("Prepend"), "prepend": .string(Metaspace.text)]),
            Metaspace.replacement,
          ]),
        ]) : Metaspace.replacement
    }
  }
}

extension Metaspace {
  fileprivate static let replacement = JSON.object([
    "type": .string("Replace"), "pattern": .object(["String": .string(" ")]),
    "content": .string(text),
  ])

  fileprivate var json: JSON {
    .object([
      "type": .string("Metaspace"), "replacement": .string(Self.text),
      "prepend_scheme": .string(prefix.rawValue), "split": .boolean(splits),
    ])
  }
}

extension TokenDecoder {
  fileprivate var json: JSON {
    switch self {
    case .byteLevel(let settings): settings.json
    case .metaspace(let json, _): json
    }
  }
}

extension BytePairModel {
  fileprivate var json: JSON {
    .object([
      "type": .string("BPE"),
      "dropout": .null,
      "unk_token": alphabet.unknown.flatMap { vocabulary.token(of: Int($0)) }
        .map(JSON.string) ?? .null,
      "continuing_subword_prefix": .null,
      "end_of_word_suffix": .null,
      "fuse_unk": .boolean(alphabet.fusesUnknown),
      "byte_fallback": .boolean(alphabet.fallsBackToBytes),
      "ignore_merges": .boolean(ignoresMerges),
      "vocab": .object(
        vocabulary.entries.map { JSON.Member(key: $0.token, value: .integer($0.identifier)) }),
      "merges": .array(
        merges.map { merge in
          .array(
            [merge.left, merge.right].map { .string(vocabulary.token(of: Int($0)) ?? "") })
        }),
    ])
  }
}

extension BytePairAlphabet {
  fileprivate var unknown: UInt32? {
    if case .scalars(let alphabet) = self { alphabet.unknown } else { nil }
  }

  fileprivate var fusesUnknown: Bool {
    if case .scalars(let alphabet) = self { alphabet.fusesUnknown } else { false }
  }

  fileprivate var fallsBackToBytes: Bool {
    if case .scalars(let alphabet) = self { alphabet.bytes != nil } else { false }
  }
}
