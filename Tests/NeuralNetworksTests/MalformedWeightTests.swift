import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

/// A file that lies, and what should be said about it.
struct Lie: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: Data
  let reason: String

  /// A file from its parts.
  init(_ name: String, header: String, body: Int = 0, length: UInt64? = nil, _ reason: String) {
    testDescription = name
    let text = Data(header.utf8)
    bytes =
      withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Data($0) } + text
      + Data(count: body)
    self.reason = reason
  }

  /// A tensor `t` with these fields, eight bytes long.
  init(
    tensor name: String, dtype: String = "\"F32\"", shape: String = "[2]",
    offsets: String = "[0, 8]", _ reason: String
  ) {
    self.init(
      name,
      header: "{\"t\": {\"dtype\": \(dtype), \"shape\": \(shape), \"data_offsets\": \(offsets)}}",
      body: 8, reason)
  }

  static let lacks = "tensor 't' lacks dtype, shape or data_offsets"

  static let metadata = "__metadata__ is not a map from text to text"

  static func twice(_ key: String) -> String { "the header has '\(key)' twice" }

  static let headers = [
    Lie(
      "length 2⁶³", header: "{}", length: 1 << 63,
      "the header says 9223372036854775808 bytes, the file has 2 more: truncated?"),
    Lie(
      "length 2⁶⁴ − 1", header: "{}", length: .max,
      "the header says 18446744073709551615 bytes, the file has 2 more: truncated?"),
    Lie(
      "length one too long", header: "{}", length: 3,
      "the header says 3 bytes, the file has 2 more: truncated?"),
    Lie("no header", header: "", "the header is not a JSON object"),
    Lie("not JSON", header: "{\"a\": ", "the header is not a JSON object"),
    Lie("an array", header: "[1]", "the header is not a JSON object"),
    Lie(
      "nested without end", header: String(repeating: "[", count: 100_000),
      "the header is not a JSON object"),
    Lie(
      "text in UTF-16", header: "{\0\"\0a\0\"\0:\0{\0}\0}\0", "the header is not a JSON object"),
    Lie("zeros for padding", header: "{}\0\0", "the header is not a JSON object"),
    Lie("metadata not text", header: #"{"__metadata__": {"step": 3}}"#, metadata),
    Lie("metadata not an object", header: #"{"__metadata__": "pt"}"#, metadata),
    Lie(
      "metadata twice", header: #"{"__metadata__": {}, "__metadata__": {}}"#, twice("__metadata__")),
    Lie("entry not an object", header: "{\"t\": 3}", lacks),
    Lie("bytes of no tensor", header: "{}", body: 5, "bytes 0 to 5 belong to no tensor"),
  ]

  static let tensors = [
    Lie(tensor: "unknown type", dtype: "\"Q4\"", "tensor 't' has dtype Q4, which Rein cannot read"),
    Lie(tensor: "type not text", dtype: "32", lacks),
    Lie(tensor: "no type", dtype: "null", lacks),
    Lie(
      tensor: "outside the file", offsets: "[0, 12]",
      "tensor 't' lies at bytes [0, 12] of 8: truncated?"),
    Lie(
      tensor: "far outside the file", offsets: "[9223372036854775799, 9223372036854775807]",
      "tensor 't' lies at bytes [9223372036854775799, 9223372036854775807] of 8: truncated?"),
    Lie(tensor: "offset 2⁶³", offsets: "[0, 9223372036854775808]", lacks),
    Lie(tensor: "offset 2⁶⁴", offsets: "[0, 18446744073709551616]", lacks),
    Lie(
      tensor: "negative offset", offsets: "[-8, 0]",
      "tensor 't' lies at bytes [-8, 0] of 8: truncated?"),
    Lie(
      tensor: "backwards", offsets: "[8, 0]", "tensor 't' lies at bytes [8, 0] of 8: truncated?"),
    Lie(tensor: "three offsets", offsets: "[0, 4, 8]", lacks),
    Lie(tensor: "offsets not numbers", offsets: "[\"0\", \"8\"]", lacks),
    Lie(tensor: "offsets with fractions", offsets: "[0, 7.5]", lacks),
    Lie(
      tensor: "shape too large", shape: "[3]", "tensor 't' has 8 bytes, its shape [3] needs 12"),
    Lie(tensor: "negative shape", shape: "[-2]", lacks),
    Lie(tensor: "two negative lengths", shape: "[-2, -1]", lacks),
    Lie(
      tensor: "shape overflow", shape: "[4611686018427387904, 2]",
      "tensor 't' has an impossible shape [4611686018427387904, 2]"),
    Lie(
      tensor: "shape overflow to the right size", shape: "[4611686018427387904, 4, 2]",
      "tensor 't' has an impossible shape [4611686018427387904, 4, 2]"),
    Lie(
      tensor: "strides that overflow though nothing is in it",
      shape: "[0, 4611686018427387904, 4611686018427387904]", offsets: "[0, 0]",
      "tensor 't' has an impossible shape [0, 4611686018427387904, 4611686018427387904]"),
    Lie(
      tensor: "more dimensions than libtorch's loops take", dtype: "\"F64\"",
      shape: "\([Int](repeating: 1, count: 65))",
      "tensor 't' has an impossible shape \([Int](repeating: 1, count: 64))"),
    Lie(tensor: "shape of truths", dtype: "\"F64\"", shape: "[true]", lacks),
    Lie(
      tensor: "type twice", dtype: "\"F32\", \"dtype\": \"I32\"", twice("dtype")),
    Lie(tensor: "length 2⁶³", shape: "[9223372036854775808]", lacks),
    Lie(tensor: "shape with fractions", shape: "[2.5]", lacks),
    Lie(
      tensor: "gap before", dtype: "\"U8\"", offsets: "[6, 8]", "bytes 0 to 6 belong to no tensor"),
    Lie(
      tensor: "gap after", dtype: "\"U8\"", offsets: "[0, 2]", "bytes 2 to 8 belong to no tensor"),
  ]

  static func two(_ first: String, _ second: String) -> String {
    "{\"a\": {\"dtype\": \"U8\", \"shape\": [4], \"data_offsets\": \(first)},"
      + " \"b\": {\"dtype\": \"U8\", \"shape\": [4], \"data_offsets\": \(second)}}"
  }

  static let pairs = [
    Lie(
      "one name, two tensors",
      header: two("[0, 4]", "[4, 8]").replacing("\"b\"", with: "\"a\""), body: 8, twice("a")),
    Lie(
      "one name, spelt in two ways",
      header: two("[0, 4]", "[4, 8]").replacing("\"b\"", with: #""\u0061""#), body: 8,
      twice("a")),
    Lie(
      "overlap", header: two("[0, 4]", "[2, 6]"), body: 6,
      "tensor 'b' starts at byte 2, inside another that ends at 4"),
    Lie(
      "same place", header: two("[0, 4]", "[0, 4]"), body: 4,
      "tensor 'b' starts at byte 0, inside another that ends at 4"),
    Lie(
      "gap between", header: two("[0, 4]", "[6, 10]"), body: 10,
      "bytes 4 to 6 belong to no tensor"),
  ]
}

@Suite struct `Lying weight files` {
  @Test(arguments: Lie.headers + Lie.tensors + Lie.pairs)
  func `are refused with the reason before anything is read from them`(lie: Lie) throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "lie.safetensors")
      try lie.bytes.write(to: url)
      #expect(throws: WeightError.malformed(file: url.path, reason: lie.reason)) {
        try SafeTensors(contentsOf: url)
      }
    }
  }

  @Test func `too few bytes for a header are refused`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "short")
      for count in [0, 3, 7] {
        try Data(count: count).write(to: url)
        let reason = "\(count) bytes are too few for a header"
        #expect(throws: WeightError.malformed(file: url.path, reason: reason)) {
          try SafeTensors(contentsOf: url)
        }
      }
    }
  }

  @Test func `a header in no Unicode is refused`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "latin")
      let (start, end) = (
        #"{"t": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0], "note": ""#, #""}}"#
      )
      let header = Data(start.utf8) + [0xE4] + Data(end.utf8)
      try (Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0]) + header).write(to: url)
      let reason = "the header is not a JSON object"
      #expect(throws: WeightError.malformed(file: url.path, reason: reason)) {
        try SafeTensors(contentsOf: url)
      }
    }
  }

  @Test func `a header longer than the format allows is refused unread`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "long")
      try withUnsafeBytes(of: UInt64(100_000_001).littleEndian) { Data($0) }.write(to: url)
      let file = try FileHandle(forWritingTo: url)
      try file.truncate(atOffset: 100_000_009)
      try file.close()
      let reason = "the header says 100000001 bytes; the format allows 100000000"
      #expect(throws: WeightError.malformed(file: url.path, reason: reason)) {
        try SafeTensors(contentsOf: url)
      }
    }
  }

  @Test func `a truth that is neither is refused`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "truth")
      let lie = Lie(
        tensor: "truths", dtype: "\"BOOL\"", shape: "[8]", "tensor 't' is neither true nor false")
      try (lie.bytes.dropLast() + [2]).write(to: url)
      let file = try SafeTensors(contentsOf: url)
      #expect(throws: WeightError.malformed(file: url.path, reason: lie.reason)) {
        try file.tensor("t")
      }
    }
  }

  @Test func `a pipe is refused, not waited for, and so is a link to a device`() throws {
    try withTemporaryFolder { folder in
      let (pipe, link) = (folder.appending(path: "pipe"), folder.appending(path: "link"))
      try #require(mkfifo(pipe.path, 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        at: link, withDestinationURL: URL(filePath: "/dev/zero"))
      for url in [pipe, link] {
        let refusal = WeightError.unreadable(file: url.path, reason: "it is not a regular file")
        #expect(throws: refusal) { try SafeTensors(contentsOf: url) }
        #expect(throws: refusal) { try ShardedSafeTensors(index: url) }
      }
    }
  }

  @Test func `a file that shrinks while it is open is an error`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      var parameters = Parameters()
      parameters.append("w", .ones([100_000]))
      try SafeTensors.write(parameters, to: url)
      let open = try SafeTensors(contentsOf: url)
      let other = try FileHandle(forWritingTo: url)
      try other.truncate(atOffset: 1000)
      let reason = "it became shorter while it was read"
      #expect(throws: WeightError.unreadable(file: url.path, reason: reason)) {
        try open.tensor("w")
      }
    }
  }
}
