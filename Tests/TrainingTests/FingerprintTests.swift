import LanguageModels
import NeuralNetworks
import Testing
import Torch

@testable import Training

@Suite struct `Fingerprints` {
  private func weights(_ values: [Float], name: String = "weight") -> Parameters {
    var parameters = Parameters()
    parameters.append(name, Tensor(values))
    return parameters
  }

  private let values = (0..<1001).map { Float($0).squareRoot() }

  @Test func `are of the weights and of nothing else`() {
    #expect(Fingerprint.of(weights(values)) == Fingerprint.of(weights(values)))
    #expect(Fingerprint.of(weights(values)) != Fingerprint.of(weights(values, name: "other")))
  }

  @Test(arguments: [0, 1, 500, 999, 1000]) func `tell a weight that changed by one bit`(place: Int)
  {
    var others = values
    others[place] = others[place].nextUp
    #expect(Fingerprint.of(weights(values)) != Fingerprint.of(weights(others)))
  }

  // Their sum is the same.
  @Test func `tell weights in another order`() {
    #expect(Fingerprint.of(weights(values)) != Fingerprint.of(weights(values.reversed())))
  }

  @Test func `tell shapes of the same numbers`() {
    var flat = Parameters()
    flat.append("weight", Tensor(Array(values.prefix(1000))))
    var square = Parameters()
    square.append("weight", Tensor(Array(values.prefix(1000)), shape: [10, 100]))
    #expect(Fingerprint.of(flat) != Fingerprint.of(square))
  }
}
