import FileTestSupport
import Files
import Foundation
import Testing

@testable import RunRecords

@Suite struct `TensorBoard files` {
  let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  /// Written by TensorBoard's own writer: Scripts/tensorboard-golden, TensorBoard 2.21.0.
  private static let golden =
    "1800000000000000a37f4b2209000020406e55da411a0d627261696e2e4576656e743a3284ffcb71"
    + "300000000000000095f5d05f09000050406e55da4110ac022a220a0b0a046c6f7373150000803e0a"
    + "130a0c6f626a6563746976652f6b6c150000c0bf389e1a14"

  @Test func `are byte for byte what TensorBoard's writer writes`() throws {
    let file = try TensorBoardFile(in: temporary.url, created: moment)
    try file.append(
      MetricEvent(
        step: 300, time: Date(timeIntervalSince1970: 1_767_225_601.25),
        values: [.loss: 0.25, .kl: -1.5]))
    let bytes = try Data(contentsOf: file.url)
    #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == Self.golden)
  }

  @Test func `have names that TensorBoard finds, and never share one`() throws {
    let first = try TensorBoardFile(in: temporary.url, created: moment)
    let second = try TensorBoardFile(in: temporary.url, created: moment)
    #expect(first.url.lastPathComponent == "events.out.tfevents.1767225600.rein")
    #expect(second.url.lastPathComponent == "events.out.tfevents.1767225601.rein")
  }

  @Test func `in no folder are an error`() throws {
    let url = temporary.url.appendingPathComponent("file")
    try Data().write(to: url)
    #expect(
      throws: RunRecordsError.file(
        .unwritable(file: url.path, reason: "the folder cannot be created"))
    ) { try TensorBoardFile(in: url) }
  }
}

@Suite struct `CRC-32C` {
  /// RFC 3720, section B.4, and the check value of the catalogue of parametrised CRCs.
  @Test(
    arguments: [
      (Array("123456789".utf8), 0xE306_9283), ([], 0),
      (Array(repeating: 0, count: 32), 0x8A91_36AA),
      (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
    ] as [([UInt8], UInt32)])
  func `has the known answers`(bytes: [UInt8], expected: UInt32) {
    #expect(MaskedCRC.crc32c(bytes) == expected)
  }

  /// By hand: rotate 0 right by 15, add the constant.
  @Test func `is masked by rotation and a constant`() {
    #expect(MaskedCRC.masked([]) == 0xA282_EAD8)
  }
}
