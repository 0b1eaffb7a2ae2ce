import Environments
import Foundation
import Pessimism
import Testing

@Suite struct `An automaton` {
  @Test func `is as long as its code says`() {
    // One state: 1 + 4·log₂ 1 + 2 + 2. Two states: 2 + 8·log₂ 2 + 2 + 1 + 2 + 2.
    let grid = ActionGrid.hardlyHalfNearly
    let short = Automaton.memoryless([0, 2], actionCount: 2)
    #expect(short.descriptionLength(over: grid) == 5)
    let long = Automaton(
      observationCount: 2, entries: [0, 1, 2, 2], transitions: [0, 1, 0, 0, 1, 1, 0, 1])
    #expect(long.descriptionLength(over: grid) == 17)
    #expect(long.next(from: 0, observing: 0, playing: 1) == 1)
    #expect(long.next(from: 1, observing: 1, playing: 0) == 0)
    #expect(long.entry(in: 1, observing: 0) == 2)
  }

  @Test func `that sleeps wakes with the observation that completes the pattern, for good`() {
    var generator = SeededGenerator(seed: 1)
    let demonstrator = Automaton(
      observationCount: 2, entries: [0, 1, 1, 0], transitions: [0, 1, 0, 0, 1, 1, 0, 1])
    for pattern in Array(repeating: [[1], [1, 1], [0, 1, 0], [1, 0, 1, 1]], count: 20).joined() {
      let sleeper = demonstrator.sleeper(after: pattern, then: 2)
      #expect(sleeper.stateCount == 2 * pattern.count + 1)
      var (state, demonstrated) = (0, 0)
      var seen: [Int] = []
      for observation in Worlds.coins(30, using: &generator) {
        seen.append(observation)
        let action = Int(generator.next() >> 63)
        let hasOccurred = seen.indices.contains {
          seen[$0...].starts(with: pattern)
        }
        #expect(
          sleeper.entry(in: state, observing: observation)
            == (hasOccurred ? 2 : demonstrator.entry(in: demonstrated, observing: observation)))
        state = sleeper.next(from: state, observing: observation, playing: action)
        demonstrated = demonstrator.next(
          from: demonstrated, observing: observation, playing: action)
      }
    }
  }
}

@Suite struct `A class of automata` {
  @Test func `has every automaton once`() {
    // 3^2 · 1 + 3^4 · 2^8.
    #expect(Worlds.automata.count == 20_745)
    #expect(Set((0..<Worlds.automata.count).map { Worlds.automata[$0] }).count == 20_745)
    #expect(Worlds.memoryless.count == 25)
    for place in [0, 8, 9, 300, 20_744] {
      #expect(Worlds.automata.index(of: Worlds.automata[place]) == place)
    }
  }

  @Test func `has a prior that halves with every bit`() {
    let automata = Worlds.automata
    expectClose(automata.logPrior.reduce(0) { $0 + exp($1) }, 1)
    // A complete code: 2^−length sums to ½ over one state and to ¼ over two.
    expectClose(automata.descriptionLengths.reduce(0) { $0 + exp2(-$1) }, 0.75)
    let places = [0, 4, 9, 20_000]
    for (one, other) in zip(places, places.dropFirst()) {
      expectClose(
        automata.logPrior[one] - automata.logPrior[other],
        (automata.descriptionLengths[other] - automata.descriptionLengths[one]) * log(2))
    }
  }

  @Test func `steps all together as each alone`() {
    let automata = AutomatonClass(
      (0..<200).map { Worlds.automata[$0 * 100] }, grid: Worlds.automata.grid)
    var generator = SeededGenerator(seed: 2)
    var states = automata.startingStates
    var alone = Array(repeating: 0, count: automata.count)
    for observation in Worlds.coins(30, using: &generator) {
      let action = Int(generator.next() >> 63)
      let given = automata.probabilities(of: action, observing: observation, in: states)
      let logarithms = automata.logProbabilities(of: action, observing: observation, in: states)
      automata.advance(&states, observing: observation, playing: action)
      for place in 0..<automata.count {
        let automaton = automata[place]
        let entry = automaton.entry(in: alone[place], observing: observation)
        #expect(given[place] == automata.grid.distributions[entry][action])
        #expect(logarithms[place] == log(given[place]))
        alone[place] = automaton.next(
          from: alone[place], observing: observation, playing: action)
        #expect(Int(states[place]) == alone[place])
      }
    }
  }
}
