import ArgumentParser
import Feedback
import Files
import Foundation
import Tokenization

extension BenchmarkCommand {
  struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "encode", abstract: "Encoding the documents of a JSON Lines file on one thread.")

    @Argument(help: "A tokenizer.json.") var tokenizer: String
    @Argument(help: "A JSON Lines file with `text`.") var corpus: String
    @Option(
      help: """
        Identifiers to compare with: 32 bits each, little-endian, 0xFFFFFFFF after each document, as \
        Benchmarks/peers/tokenizer_speed.py writes them.
        """) var ids: String?
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let tokenizer = try loadTokenizer(tokenizer)
      let texts = try JSONLines.read(Text.self, from: URL(fileURLWithPath: corpus)).map(\.text)
      let bytes = texts.reduce(0) { $0 + $1.utf8.count }
      var tokens = 0
      let start = Self.processorSeconds
      for text in texts { tokens += tokenizer.encode(text).count }
      let rate = Double(bytes) / 1e6 / (Self.processorSeconds - start)
      if let ids {
        try Self.compare(texts, tokenizer, with: Data(contentsOf: URL(fileURLWithPath: ids)))
      }
      if json {
        try Console.printJSON(["megabytes_per_second": rate, "tokens": tokens])
      } else {
        Console.print(String(format: "Rein encode: %.2f MB/s, %d tokens", rate, tokens))
      }
    }

    private static func compare(_ texts: [String], _ tokenizer: Tokenizer, with ids: Data) throws {
      var expected = ids.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }[...]
      for (index, text) in texts.enumerated() {
        let found = tokenizer.encode(text).map { UInt32($0) } + [.max]
        guard expected.starts(with: found) else {
          throw InputProblem("document \(index + 1) has other ids")
        }
        expected = expected.dropFirst(found.count)
      }
      guard expected.isEmpty else { throw InputProblem("ids are left after the last document") }
    }

    /// The processor's time, which other processes do not add to.
    private static var processorSeconds: Double {
      var time = timespec()
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
  }
}
