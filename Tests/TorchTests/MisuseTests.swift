import Foundation
import Testing
import Torch

/// A programmer's error and the words that its message must hold.
enum Misuse: String, CaseIterable, Codable, Sendable {
  case addition, product, affine, reshape, concatenation, selection, gathering, assignment
  case elements, range, dimension, transposition, insertion, item, slope, statistics, dropout

  func commit() {
    let (left, right) = (Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
    switch self {
    case .addition: _ = left + right
    case .product: _ = left.matmul(right)
    case .affine: _ = left.affine(weight: right, bias: .zeros([7]))
    case .reshape: _ = left.reshaped(4, 2)
    case .concatenation: _ = Tensor.concatenate([left, right], along: 0)
    case .selection: _ = left.selecting(Tensor([8]), along: 0)
    case .gathering: _ = left.gathered(Tensor([0]), along: 1)
    case .assignment: left.assign(right)
    case .elements: _ = Tensor([1.0, 2], shape: [3])
    case .range: _ = left.slice(1, 2..<9)
    case .dimension: _ = left.size(2)
    case .transposition: _ = left.transposed(0, 2)
    case .insertion: _ = left.unsqueezed(4)
    case .item: _ = left.item
    case .slope: _ = left.gradients(of: [right])
    case .statistics: _ = TokenStatistics(hidden: left, weight: right, targets: Tensor([0]))
    case .dropout: _ = Generator(seed: 1).dropout(left, probability: 1)
    }
  }

  var words: [String] {
    switch self {
    case .addition, .product, .concatenation, .assignment: ["[2, 3]", "[4, 5]"]
    case .affine: ["[2, 3]", "[4, 5]", "[7]"]
    case .reshape: ["[2, 3]", "[4, 2]"]
    case .selection, .gathering: ["[1]", "[2, 3]"]
    case .elements: ["2 elements", "[3]"]
    case .range: ["[2, 3]", "2..<9"]
    case .dimension: ["dimension 2", "[2, 3]"]
    case .transposition: ["0 and 2", "[2, 3]"]
    case .insertion: ["4", "[2, 3]"]
    case .item, .slope: ["[2, 3]"]
    case .statistics: ["[2, 3]", "[4, 5]", "[1]"]
    case .dropout: ["1.0"]
    }
  }
}

@Suite struct `Programming errors` {
  @Test(arguments: Misuse.allCases)
  func `ends the process with the operands' shapes in the message`(misuse: Misuse) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [misuse] in
      misuse.commit()
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    for word in misuse.words { #expect(message.contains(word), "\(message)") }
  }
}

@Suite struct `Memory` {
  @Test func `every tensor is given back`() async {
    await #expect(processExitsWith: .success) {
      let generator = Generator(seed: 1)
      let parameter = generator.normal([20, 4]).asParameter()
      var counts: [Int] = []
      for _ in 0..<4 {
        let hidden = generator.normal([6, 4])
        let slopes = Tensor.recording {
          let all = TokenStatistics(
            hidden: hidden * 2, weight: parameter,
            targets: Tensor([0, 1, 2, 3, 4, 5]).unsqueezed(1))
          return all.logProbabilities.sum().gradients(of: [parameter], recording: true)
        }
        FusedUpdate.add(slopes, to: [parameter], factor: 0.1)
        counts.append(Tensor.liveCount)
      }
      // The parameter, and what the loop's last turn still holds.
      precondition(Set(counts.dropFirst()).count == 1, "\(counts)")
      precondition(counts[3] <= 3, "\(counts)")
    }
  }
}
