import LanguageModels
import TensorTestSupport
import Testing
import Torch

@Suite struct `Keys and values kept` {
  let tokens = Tensor([7, 12, 3, 25, 31, 2, 18, 9, 5, 1, 1, 30, 4, 8], shape: [2, 7])

  @Test(arguments: [[7], [1, 1, 1, 1, 1, 1, 1], [3, 1, 2, 1], [2, 5], [1, 6]])
  func `pieces give the states of the whole`(pieces: [Int]) throws {
    let model = try Fixture.exact()
    let cache = KeyValueCache(
      model.configuration, batch: 2, capacity: 9, dataType: .float64)
    var (parts, start): ([Tensor], Int) = ([], 0)
    for length in pieces {
      parts.append(
        model.trunk(tokens.slice(1, start..<start + length), Trunk.Context(cache: cache)))
      start += length
    }
    #expect(cache.length == 7 && cache.capacity == 9)
    expectEqual(
      Tensor.concatenate(parts, along: 1), model.trunk(tokens), tolerance: 1e-12)
  }

  @Test func `rows leave, move and multiply`() throws {
    let model = try Fixture.exact()
    let cache = KeyValueCache(
      model.configuration, batch: 2, capacity: 7, dataType: .float64)
    _ = model.trunk(tokens.slice(1, 0..<6), Trunk.Context(cache: cache))
    let rows = Tensor([1, 0, 1])
    cache.keep(rows: rows)
    let last = model.trunk(
      tokens.slice(1, 6..<7).selecting(rows, along: 0), Trunk.Context(cache: cache))
    let whole = model.trunk(tokens.selecting(rows, along: 0)).slice(1, 6..<7)
    expectEqual(last, whole, tolerance: 1e-12)
  }

  @Test func `later tokens change nothing before them`() throws {
    let model = try Fixture.exact()
    let changed = tokens.copy()
    changed.slice(1, 5..<7).assign(Tensor([39]))
    expectEqual(
      model.trunk(changed).slice(1, 0..<5), model.trunk(tokens).slice(1, 0..<5), tolerance: 1e-12)
    #expect(model.trunk(changed).doubles != model.trunk(tokens).doubles)
  }

  @Test func `more tokens than positions end the process with both numbers`() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = try Fixture.language().trunk(Tensor.range(33).unsqueezed(0))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("33 tokens in a model of 32 positions"), "\(message)")
  }
}
