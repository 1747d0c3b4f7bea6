import Testing

@testable import HostMemory

/// What holds for policies without knowing what they do.
@Suite("Laws of replacement")
struct ReplacementLawTests {
  private func trace(_ sample: SampleTrace, _ seed: UInt64) -> ReferenceTrace {
    ReferenceTrace(sample.pages(2000, of: 60, seed: seed).map { UInt64($0) })
  }

  @Test("No policy misses less than the optimal one", arguments: SampleTrace.allCases)
  func lowerBound(sample: SampleTrace) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let trace = trace(sample, seed)
      for frames in [1, 2, 4, 9, 17, 30, 59, 60, 100] {
        let least = trace.replay(.opt, frames: frames).misses
        for policy in ReplacementPolicy.allCases {
          let outcome = trace.replay(policy, frames: frames)
          #expect(outcome.misses >= least, "\(policy), \(sample), \(frames) frames")
          #expect(outcome.misses >= outcome.coldMisses)
          #expect(outcome.coldMisses == trace.pageCount)
          #expect(outcome.mostResident <= frames)
          if frames >= trace.pageCount, policy != .ws {
            #expect(outcome.misses == trace.pageCount, "\(policy)")
            #expect(outcome.evictions == 0)
          }
        }
      }
    }
  }

  /// The pages that are resident after each reference.
  private func resident<Policy: Replacer & ~Copyable>(
    _: Policy.Type, _ trace: ReferenceTrace, frames: Int, _ settings: ReplacementSettings
  ) -> [Set<UInt32>] {
    var replacer = Policy(frames: frames, pages: trace.pageCount, settings)
    var resident: Set<UInt32> = []
    return trace.pages.map { page in
      let reply = replacer.reference(page)
      if let victim = reply.victim { resident.remove(victim) }
      resident.insert(page)
      return resident
    }
  }

  private func includes<Policy: Replacer & ~Copyable>(
    _ policy: Policy.Type, _ trace: ReferenceTrace, _ settings: ReplacementSettings = .init()
  ) -> Bool {
    let sets = (1...20).map { resident(policy, trace, frames: $0, settings) }
    return zip(sets, sets.dropFirst()).allSatisfy { fewer, more in
      zip(fewer, more).allSatisfy { $0.isSubset(of: $1) }
    }
  }

  @Test("LRU, OPT and LFU that remembers counts hold in more frames what they hold in fewer")
  func inclusion() {
    var remembering = ReplacementSettings()
    remembering.frequencyCounts = .all
    for sample in SampleTrace.allCases {
      let pages = sample.pages(600, of: 30, seed: 4)
      let trace = ReferenceTrace(pages.map { UInt64($0) })
      #expect(includes(LRUReplacer.self, trace), "\(sample)")
      #expect(includes(HistoryLFUReplacer.self, trace, remembering), "\(sample)")
      // OPT never says what it evicts, but a hit in fewer frames is one in more.
      var fewer = TextbookTimes.optimal(Array(pages.prefix(300)), frames: 1)
      for frames in 2...12 {
        let more = TextbookTimes.optimal(Array(pages.prefix(300)), frames: frames)
        for (step, other) in zip(fewer, more) where !step.isMiss { #expect(!other.isMiss) }
        fewer = more
      }
      for frames in 1...29 {
        let misses = trace.replay(.opt, frames: frames).misses
        #expect(trace.replay(.opt, frames: frames + 1).misses <= misses)
      }
    }
  }

  @Test("LFU that forgets evicted pages is no stack algorithm: more frames may hold less")
  func noInclusion() {
    let found = (1...40 as ClosedRange<UInt64>).contains { seed in
      let pages = SampleTrace.random.pages(200, of: 8, seed: seed)
      return !includes(LFUReplacer.self, ReferenceTrace(pages.map { UInt64($0) }))
    }
    #expect(found)
  }
}

/// The figures that others state, computed.
@Suite("Figures of replacement")
struct ReplacementFigureTests {
  /// Bélády's sequence.
  private let sequence = ReferenceTrace([1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5])

  private func misses(_ policy: ReplacementPolicy, _ load: ReplacementSettings.ClockLoad) -> [Int] {
    var settings = ReplacementSettings()
    settings.clockLoad = load
    return [3, 4].map { sequence.replay(policy, frames: $0, settings).misses }
  }

  @Test("F31: of eight accessed pages Clock clears all and evicts the first, and then the second")
  func firstRequest() {
    var settings = ReplacementSettings()
    settings.clockLoad = .set
    var clock = ClockReplacer<OneBit>(frames: 8, pages: 10, settings)
    for page in 0..<8 as Range<UInt32> {
      let reply = clock.reference(page)
      #expect(reply == .loaded)
    }
    let first = clock.reference(8)
    #expect(first == .evicted(0))
    // The text's second request comes after accesses to pages 2, 4 and 6.
    for page in [2, 4, 6] as [UInt32] {
      let reply = clock.reference(page)
      #expect(reply == .hit)
    }
    let second = clock.reference(9)
    #expect(second == .evicted(1))
  }

  @Test("F32 and V20: Clock has Bélády's anomaly where pages are loaded with their bits set")
  func anomaly() {
    #expect(misses(.clock, .set) == [9, 10])
    #expect(misses(.clock, .clear) == [10, 8])
  }

  @Test("F36: LRU has 10 faults with 3 frames, and 8 with 4")
  func recency() { #expect(misses(.lru, .clear) == [10, 8]) }

  @Test("FIFO has 9 faults with 3 frames and 10 with 4, the optimal policy 7 and 6")
  func classics() {
    #expect(misses(.fifo, .clear) == [9, 10])
    #expect(misses(.opt, .clear) == [7, 6])
  }
}
