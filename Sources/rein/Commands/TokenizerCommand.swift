import ArgumentParser
import Feedback
import Files
import Foundation
import Tokenization

struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer", abstract: "Train a byte-level BPE tokenizer, encode and decode.",
    subcommands: [Train.self, Encode.self, Decode.self])

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Train a tokenizer on the `text` of JSON Lines files.")

    @Argument(help: "JSON Lines files with `text`.")
    var files: [String]

    @Option(name: .customLong("vocabulary"), help: "The number of tokens, special ones included.")
    var vocabularyCount = 4096

    @Option(name: .customLong("minimum-frequency"), help: "Pairs seen less often are not merged.")
    var minimumFrequency = 2

    @Option(name: .customLong("special"), help: "Special tokens, in the order of their ids.")
    var special = ["<|endoftext|>", "<|pad|>"]

    @Option(
      help:
        "The special token that stands before every text, '' for none. (default: <|endoftext|>, if it is special)"
    )
    var start: String?

    @Option(help: "Where the tokenizer.json goes.")
    var output = "tokenizer.json"

    @Flag(help: "Write the file without spaces and lines.")
    var compact = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
      let texts = try files.flatMap {
        try JSONLines.read(Text.self, from: URL(fileURLWithPath: $0)).map(\.text)
      }
      let usual = special.first { $0 == "<|endoftext|>" }
      let trainer = TokenizerTrainer(
        vocabularyCount: vocabularyCount, minimumFrequency: minimumFrequency,
        specialTokens: special, startToken: start.map { $0.isEmpty ? nil : $0 } ?? usual)
      let tokenizer = try trainer.train(on: texts)
      try tokenizer.save(to: URL(fileURLWithPath: output), compact: compact)
      let bytes = texts.reduce(0) { $0 + $1.utf8.count }
      let tokens = texts.reduce(0) { $0 + tokenizer.encode($1).count }
      let ratio = Double(bytes) / Double(max(1, tokens))
      if json {
        try Console.printJSON([
          "tokens": tokenizer.vocabularyCount, "bytes_per_token": ratio, "output": output,
        ])
      } else {
        Console.print(
          String(
            format: "%d tokens, %.2f bytes per token of the training texts: %@",
            tokenizer.vocabularyCount, ratio, output))
      }
    }
  }

  struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Text on standard input, or as an argument, to token ids.")

    @Option(help: "A tokenizer.json, or a folder that has one.")
    var tokenizer: String

    @Argument(help: "The text; none reads standard input.")
    var text: String?

    @Flag(
      name: .customLong("special-tokens"),
      help: "Put the tokens around the text that the file asks for, such as Llama's <s>.")
    var addsSpecialTokens = false

    @Flag(help: "Print one JSON object with `ids` and `tokens`.")
    var json = false

    func run() throws {
      let tokenizer = try loadTokenizer(tokenizer)
      let bytes =
        try text.map { Array($0.utf8) } ?? Array(Console.readInput())
      let ids = tokenizer.encode(
        String(decoding: bytes, as: UTF8.self), addsSpecialTokens: addsSpecialTokens)
      if json {
        try Console.printJSON(["ids": ids, "tokens": ids.map { tokenizer.token(of: $0) ?? "" }])
      } else {
        Console.print(ids.map(String.init).joined(separator: " "))
      }
    }
  }

  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Token ids on standard input, or as arguments, to text.")

    @Option(help: "A tokenizer.json, or a folder that has one.")
    var tokenizer: String

    @Argument(help: "Token ids; none reads standard input.")
    var ids: [Int] = []

    @Flag(help: "Print one JSON object with `text`.")
    var json = false

    func run() throws {
      let tokenizer = try loadTokenizer(tokenizer)
      var ids = self.ids
      if ids.isEmpty {
        let input = String(decoding: try Console.readInput(), as: UTF8.self)
        for word in input.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
          guard let id = Int(word) else { throw InputProblem("'\(word)' is not a token id") }
          ids.append(id)
        }
      }
      if let bad = ids.first(where: { tokenizer.token(of: $0) == nil }) {
        throw InputProblem("the tokenizer has no token \(bad)")
      }
      if json {
        try Console.printJSON(["text": tokenizer.decode(ids)])
      } else {
        Console.write(Data(tokenizer.decodeBytes(ids) + [10]))
      }
    }
  }
}

/// The tokenizer in a file, or beside a model in a folder.
func loadTokenizer(_ path: String) throws -> Tokenizer {
  var isFolder: ObjCBool = false
  let url = URL(fileURLWithPath: path)
  let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
  return try Tokenizer.load(
    from: exists && isFolder.boolValue ? url.appending(path: "tokenizer.json") : url)
}
