import Testing
import Torch

@testable import Training

@Suite struct `Batches of like length` {
  private static let lengths = (0..<500).map { 3 + ($0 * 37) % 41 }

  private func generator(_ seed: UInt64 = 0) -> Generator { Generator(seed: seed) }

  // Rows as a token batch makes them: each takes sequences while they fit.
  private func rows(_ batch: [Int], _ rowLength: Int) -> [Int] {
    batch.reduce(into: []) { rows, index in
      let length = Self.lengths[index]
      if let last = rows.last, last + length <= rowLength {
        rows[rows.count - 1] += length
      } else {
        rows.append(length)
      }
    }
  }

  @Test(arguments: [43, 64, 100, 1000]) func `pack every sequence once, and rows tightly`(
    rowLength: Int
  ) {
    let batches = LengthBuckets.packed(
      Self.lengths, rowLength: rowLength, tokensPerBatch: 4 * rowLength, using: generator())
    #expect(batches.flatMap(\.self).sorted() == Array(Self.lengths.indices))
    let rows = batches.map { self.rows($0, rowLength) }
    #expect(rows.allSatisfy { $0.count <= 4 && $0.allSatisfy { $0 <= rowLength } })
    let count = rows.reduce(0) { $0 + $1.count }
    let least = (Self.lengths.reduce(0, +) + rowLength - 1) / rowLength
    // The bound of best fit decreasing: 11/9 of the fewest, and one more.
    #expect(count <= least * 11 / 9 + 1, "\(count) rows, \(least) at least")
  }

  @Test func `leave little empty where sequences are shorter than rows`() {
    let batches = LengthBuckets.packed(
      Self.lengths, rowLength: 256, tokensPerBatch: 1024, using: generator())
    let rows = batches.flatMap { self.rows($0, 256) }
    let filled = Double(Self.lengths.reduce(0, +)) / Double(256 * rows.count)
    #expect(filled > 0.97, "\(filled) filled")
  }

  @Test func `pack otherwise in every pass, and alike from one seed`() {
    let pack = { (generator: Generator) in
      LengthBuckets.packed(
        Self.lengths, rowLength: 64, tokensPerBatch: 256, using: generator)
    }
    let shared = generator(3)
    let first = pack(shared)
    #expect(pack(shared) != first)
    #expect(pack(generator(3)) == first && pack(generator(4)) != first)
  }

  @Test func `hold every row once where rows are counted, and like beside like`() {
    let batches = LengthBuckets.batches(
      of: Self.lengths, rowsPerBatch: 8, using: generator())
    #expect(batches.flatMap(\.self).sorted() == Array(Self.lengths.indices))
    #expect(batches.count == 63 && batches.count { $0.count != 8 } == 1)
    let spread = batches.map { batch in
      let own = batch.map { Self.lengths[$0] }
      return (own.max() ?? 0) - (own.min() ?? 0)
    }
    #expect(spread.reduce(0, +) / spread.count <= 2)
  }
}
