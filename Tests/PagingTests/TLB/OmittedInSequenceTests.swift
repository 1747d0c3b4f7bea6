import Guests
import Testing

@testable import Paging

/// Two formats of tables whose random runs each lose one invalidation.
struct OmittedSequences: CustomStringConvertible, Sendable {
  let guest: GuestFormat?
  let host: HostFormat?

  var description: String {
    "\(guest.map(\.rawValue) ?? "-")/\(host.map(\.rawValue) ?? "-")"
  }

  /// Every pair of formats.
  static let all: [OmittedSequences] = {
    var all: [OmittedSequences] = []
    for run in CachedRun.all
    where !run.setsFlags && !run.hasGlobal && run.core.name == CoreModel.forTests[0].name {
      all.append(OmittedSequences(guest: run.guest, host: run.host))
    }
    return all
  }()

  /// A run of random edits and accesses, on each core with caches in turn.
  func run(_ number: Int) -> CachedRun {
    CachedRun(
      guest: guest, host: host, core: CoreModel.roomyForTests[number % 4],
      setsFlags: number / 4 % 2 == 0, hasGlobal: guest != nil && number / 4 % 3 == 2,
      seed: UInt64(7_000_000 + number))
  }
}

@Suite("An invalidation omitted in a sequence of edits")
struct OmittedInSequenceTests {
  /// How many sequences each pair of formats has.
  private static let sequences = 12

  /// The share of an architecture's sequences that at least must show what they have lost.
  ///
  /// Not all do: what a wide instruction drops need not have been stale, and the next one's width makes
  /// up for what was left out. x86, all of whose instructions are wide, shows the fewest.
  private static let fewestSeen = [ISA.x86: 0.2, .arm: 0.3, .riscv: 0.3]

  @Test("It is seen in the sequence, and with it told nothing is", arguments: ISA.allCases)
  func isVisible(isa: ISA) throws {
    var seenOfAll = 0
    var count = 0
    for sequences in OmittedSequences.all where sequences.run(0).isa == isa {
      var random = SplitMix64(seed: 1)
      var seen = 0
      for number in 0..<Self.sequences {
        let run = sequences.run(number)
        let whole = try run.play(.each)
        #expect(whole.difference == nil, "\(run)")
        guard !whole.dropping.isEmpty else { continue }
        let one = whole.dropping[Int(random.next(below: UInt64(whole.dropping.count)))]
        let told = try run.play(.watching(one, isTold: true))
        #expect(told.difference == nil, "\(run)")
        if try run.play(.watching(one, isTold: false)).difference != nil { seen += 1 }
      }
      #expect(seen > 0, "\(sequences)")
      seenOfAll += seen
      count += Self.sequences
    }
    let share = Double(seenOfAll) / Double(count)
    let fewest = try #require(Self.fewestSeen[isa])
    #expect(share >= fewest, "\(seenOfAll) of \(count) sequences show it")
  }
}
