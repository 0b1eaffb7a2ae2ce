public import Foundation
public import LanguageModels
import NeuralNetworks

extension ModelFolder {
  /// Where a critic's weights stand beside the policy's: a file of its own, so that other tools load the policy as it is.
  public var criticURL: URL { url.appending(path: "critic.safetensors") }

  /// Writes a critic beside its policy.
  ///
  /// - Parameter critic: The critic.
  /// - Throws: `WeightError`.
  public func save(_ critic: Critic) throws {
    try SafeTensors.write(
      critic.parameters, to: criticURL,
      metadata: [
        "format": "pt", "kind": critic.kind.rawValue,
        "action_value_form": critic.actionValueForm.rawValue,
      ])
  }

  /// The critic beside a policy, if there is one.
  ///
  /// - Parameter policy: The policy it belongs to.
  /// - Returns: The critic, or nil where the folder has none.
  /// - Throws: `WeightError`, or `TrainingError.configuration` where its kind is unknown.
  public func critic(for policy: LanguageModel) throws -> Critic? {
    guard FileManager.default.fileExists(atPath: criticURL.path) else { return nil }
    let weights = try SafeTensors(contentsOf: criticURL)
    var choice = Method.CriticChoice()
    guard let kind = weights.metadata["kind"].flatMap(Method.CriticChoice.Kind.init(rawValue:))
    else {
      throw TrainingError.configuration(
        key: criticURL.path, reason: "does not say which kind of critic it holds")
    }
    choice.kind = kind
    if let name = weights.metadata["action_value_form"] {
      guard let form = Method.CriticChoice.ActionValueForm(rawValue: name) else {
        throw TrainingError.configuration(
          key: criticURL.path, reason: "has action values of an unknown form '\(name)'")
      }
      choice.actionValueForm = form
    }
    return try Critic(choice, for: policy, weights: weights)
  }
}
