import Feedback
import Files
import Foundation
import LanguageModels
import Testing
import Tokenization
import Training

@Suite struct `Data as TRL prepares it` {
  private let data: PeerData

  init() throws { data = try PeerData.load() }

  private func model(_ name: String) throws -> (PeerData.Model, DataPreparation) {
    let model = try #require(data.models[name])
    return (model, try model.preparation(name))
  }

  // On purpose different: Rein does not keep what follows the last token that is learned, for nothing depends on it; and plain text of
  // a tokenizer that puts nothing before texts has an opener, so that its first token is learned too.
  private func expect(
    _ found: [SupervisedTrainer.Example], _ peers: [PeerData.Learned?], hasOpener: Bool,
    _ model: PeerData.Model, length: Int, _ name: String
  ) {
    let left = peers.compactMap(\.self)
    #expect(found.count == left.count, "\(name)")
    for (example, peer) in zip(found, left) {
      let ids = (hasOpener ? [model.opener] : []) + peer.ids
      let shift = hasOpener ? 1 : 0
      let places = peer.learned.indices.filter { peer.learned[$0] == 1 }.map { $0 + shift }
        .filter { $0 > 0 && $0 < length }
      #expect(example.ids == Array(ids.prefix(min(length, (places.last ?? 0) + 1))), "\(name)")
      #expect(example.lossPlaces == places, "\(name)")
    }
  }

  @Test(arguments: PeerData.names)
  func `gives a supervised trainer the same tokens and the same loss`(name: String) throws {
    let (model, preparation) = try model(name)
    #expect(model.supervised.count == 9)
    for (file, peers) in model.supervised {
      let hasOpener = file.hasPrefix("text") && model.specialTokens.bos == nil
      let found = try preparation.supervised([PeerData.file(file)], longest: PeerData.uncut)
      #expect(found.leftOut.isEmpty)
      expect(found.examples, peers, hasOpener: hasOpener, model, length: PeerData.uncut, file)
    }
  }

  // Of rows that are cut, the same is left and the same are left out; of a file of which nothing is left, the first row is an error.
  @Test(arguments: PeerData.names)
  func `cuts texts to be learned at the same place`(name: String) throws {
    let (model, preparation) = try model(name)
    var leftOut = 0
    for (file, peers) in model.supervisedCut {
      let path = try PeerData.file(file)
      guard peers.contains(where: { $0 != nil }) else {
        let error = try #require(throws: FileError.self) {
          try preparation.supervised([path], longest: model.short)
        }
        #expect("\(error)".hasPrefix("\(path):1: nothing that is to be learned is within"))
        continue
      }
      let hasOpener = file.hasPrefix("text") && model.specialTokens.bos == nil
      let found = try preparation.supervised([path], longest: model.short)
      expect(found.examples, peers, hasOpener: hasOpener, model, length: model.short, file)
      leftOut += found.leftOut.count
    }
    #expect(leftOut > 0)
  }

  // On purpose different: a prompt has one token at least.
  private func expect(
    _ found: [PreferenceExample], _ peers: [PeerData.Comparison?], _ model: PeerData.Model,
    _ name: String
  ) {
    let left = peers.compactMap(\.self)
    #expect(found.count == left.count, "\(name)")
    for (example, peer) in zip(found, left) {
      #expect(example.prompt == (peer.prompt.isEmpty ? [model.opener] : peer.prompt), "\(name)")
      #expect(example.chosen == peer.chosen, "\(name)")
      #expect(example.rejected == peer.rejected, "\(name)")
    }
  }

  @Test(arguments: PeerData.names)
  func `gives preference optimization the same prompts and answers`(name: String) throws {
    let (model, preparation) = try model(name)
    #expect(model.comparisons.count == 8)
    for (file, peers) in model.comparisons {
      let found = try preparation.comparisons([PeerData.file(file)], longest: PeerData.uncut)
      #expect(found.leftOut.isEmpty)
      expect(found.examples, peers, model, file)
    }
    let soft = try preparation.comparisons(
      [PeerData.file("preference"), PeerData.file("preference-messages")], longest: PeerData.uncut)
    #expect(soft.examples.map(\.probability) == [1, 0.8, 1, 0.9])
  }

  // On purpose different: rows whose answers are the same as far as they are kept teach nothing, and are left out too.
  @Test(arguments: PeerData.names)
  func `cuts answers at the same place, and leaves out prompts that leave no room`(name: String)
    throws
  {
    let (model, preparation) = try model(name)
    var leftOut = 0
    for (file, peers) in model.comparisonsCut {
      let path = try PeerData.file(file)
      let useful = peers.filter { $0.map { $0.chosen != $0.rejected } ?? false }
      guard !useful.isEmpty else {
        let error = try #require(throws: FileError.self) {
          try preparation.comparisons([path], longest: model.short)
        }
        #expect("\(error)".hasPrefix("\(path):1: "))
        continue
      }
      let found = try preparation.comparisons([path], longest: model.short)
      expect(found.examples, useful, model, file)
      #expect(found.leftOut.count == peers.count - useful.count)
      leftOut += found.leftOut.count
    }
    #expect(leftOut > 0)
  }

  // On purpose different: where a token reaches from the prompt into an answer, TRL warns and loses that token's text from the answer.
  // Here prompt and answer are together the tokens of the whole text, and the prompt ends before the first such token.
  @Test(arguments: PeerData.names)
  func `loses nothing where a token reaches from a prompt into an answer`(name: String) throws {
    let (model, preparation) = try model(name)
    #expect(model.wholeTexts.count == 2)
    for (file, texts) in model.wholeTexts {
      let found = try preparation.comparisons([PeerData.file(file)], longest: PeerData.uncut)
      #expect(found.examples.count == texts.count)
      for (example, whole) in zip(found.examples, texts) {
        let opener = example.prompt == [model.opener] && whole[0].first != model.opener
        let prompt = opener ? [] : example.prompt
        #expect([prompt + example.chosen, prompt + example.rejected] == whole)
      }
    }
  }

  // Different: a text that ends with the end-of-text token by itself gets another one, as all texts of reward and language models do here.
  @Test(arguments: PeerData.names)
  func `gives a reward trainer the same texts`(name: String) throws {
    let (model, preparation) = try model(name)
    for (file, peers) in model.rewards {
      let found = try preparation.preferences([PeerData.file(file)], longest: PeerData.uncut)
      guard case .pairs(let texts, let pairs) = found else {
        Issue.record("pairs")
        return
      }
      let end = model.specialTokens.eos
      let ended = texts.map { $0.suffix(2) == [end, end] ? Array($0.dropLast()) : $0 }
      #expect(pairs.map { ended[$0.first] } == peers.map(\.chosen), "\(file)")
      #expect(pairs.map { ended[$0.second] } == peers.map(\.rejected), "\(file)")
    }
  }

  @Test(arguments: PeerData.names)
  func `gives a policy the same prompts`(name: String) throws {
    let (model, preparation) = try model(name)
    #expect(model.prompts.count == 3)
    for (file, peers) in model.prompts {
      let found = try preparation.prompts(
        [PeerData.file(file)], words: nil, longest: PeerData.uncut)
      #expect(found.examples == peers, "\(file)")
    }
  }

  // The tokenizer puts the token before texts, and the chat template writes it too.
  @Test func `begins every text with one token that opens texts, and has no second`() throws {
    let (model, preparation) = try model("llama3")
    let opener = try #require(model.specialTokens.bos)
    var texts: [[Int]] = []
    for file in model.supervised.keys {
      texts += try preparation.supervised([PeerData.file(file)], longest: PeerData.uncut)
        .examples.map(\.ids)
    }
    for file in model.comparisons.keys {
      texts += try preparation.comparisons([PeerData.file(file)], longest: PeerData.uncut)
        .examples.flatMap { [$0.prompt + $0.chosen, $0.prompt + $0.rejected] }
    }
    for file in model.rewards.keys {
      let found = try preparation.preferences([PeerData.file(file)], longest: PeerData.uncut)
      if case .pairs(let pool, _) = found { texts += pool }
    }
    for file in model.prompts.keys {
      texts += try preparation.prompts([PeerData.file(file)], words: nil, longest: PeerData.uncut)
        .examples
    }
    #expect(texts.count > 50)
    #expect(texts.allSatisfy { $0.first == opener && $0.count { $0 == opener } == 1 })
  }
}
