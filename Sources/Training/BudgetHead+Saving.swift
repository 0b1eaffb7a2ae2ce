public import Foundation
public import LanguageModels
import NeuralNetworks
import Torch

extension ModelFolder {
  /// Where a policy's knowledge of its KL budget stands: a file of its own, so that other tools load the policy as it is.
  public var budgetURL: URL { url.appending(path: "budget.safetensors") }

  /// Writes a policy's knowledge of its budget beside it.
  ///
  /// - Parameter head: The head.
  /// - Throws: `WeightError`.
  public func save(_ head: BudgetHead) throws {
    try SafeTensors.write(head.parameters, to: budgetURL)
  }

  /// What a policy knows of its budget; nil where it was not trained on one.
  ///
  /// - Parameter policy: The policy it belongs to.
  /// - Returns: The head, or nil.
  /// - Throws: `WeightError`.
  public func budgetHead(for policy: LanguageModel) throws -> BudgetHead? {
    guard FileManager.default.fileExists(atPath: budgetURL.path) else { return nil }
    return try BudgetHead(
      width: policy.configuration.width,
      ParameterBuilder(
        file: SafeTensors(contentsOf: budgetURL), device: policy.outputWeight.device))
  }
}
