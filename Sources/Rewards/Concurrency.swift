import Foundation
import Synchronization

/// Does several things at the same time that wait more than they compute, and something else meanwhile.
///
/// Each has a thread of its own: pools are as large as the processor, and these are not for it.
///
/// - Parameters:
///   - count: How many things.
///   - body: What to do for each number below `count`.
///   - meanwhile: What is done on the caller's own thread.
/// - Returns: What came of each, in order, and of the other.
/// - Throws: The first error in that order, after all have ended.
func concurrently<Value: Sendable, Other>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value,
  meanwhile: () throws -> Other
) throws -> ([Value], Other) {
  let outcomes = Outcomes<Value>(count: count)
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      outcomes.set(Swift.Result { try body(index) }, at: index)
      group.leave()
    }
  }
  let other = Swift.Result { try meanwhile() }
  group.wait()
  return (try outcomes.all.map { try $0.get() }, try other.get())
}

private final class Outcomes<Value: Sendable>: Sendable {
  private let results: Mutex<[Swift.Result<Value, any Error>?]>

  init(count: Int) { results = Mutex(Array(repeating: nil, count: count)) }

  func set(_ result: Swift.Result<Value, any Error>, at index: Int) {
    results.withLock { $0[index] = result }
  }

  var all: [Swift.Result<Value, any Error>] { results.withLock { $0.compactMap(\.self) } }
}
