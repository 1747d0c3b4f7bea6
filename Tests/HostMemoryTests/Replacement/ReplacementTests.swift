import Testing

@testable import HostMemory

@Suite("Replacement against textbooks")
struct ReplacementTests {
  private static let frameCounts = [1, 2, 3, 4, 5, 7, 8, 10, 13, 20, 30, 39, 40, 64]

  /// What the policy does with each reference.
  private func steps<Policy: Replacer & ~Copyable>(
    _: Policy.Type, _ pages: [Int], frames: Int, _ settings: ReplacementSettings
  ) -> [Step] {
    let trace = ReferenceTrace(pages.map { UInt64($0) })
    var replacer = Policy(frames: frames, pages: trace.pageCount, settings)
    var numbers: [Int] = []
    var steps: [Step] = []
    for (page, dense) in zip(pages, trace.pages) {
      if dense == numbers.count { numbers.append(page) }
      let reply = replacer.reference(dense)
      steps.append(
        Step(isMiss: !reply.isHit, victim: reply.victim.map { numbers[Int($0)] }))
    }
    return steps
  }

  private func check<Policy: Replacer & ~Copyable>(
    _ policy: Policy.Type, _ name: ReplacementPolicy, _ settings: ReplacementSettings = .init(),
    _ textbook: (_ frames: Int) -> any Textbook
  ) {
    for sample in SampleTrace.allCases {
      for seed in 1...2 as ClosedRange<UInt64> {
        let pages = sample.pages(700, of: 40, seed: seed)
        for frames in Self.frameCounts {
          var book = textbook(frames)
          let expected = pages.map { book.reference($0) }
          let found = steps(policy, pages, frames: frames, settings)
          #expect(found == expected, "\(name), \(sample), seed \(seed), \(frames) frames")
          // The outcome counts what the policy did.
          let outcome = ReferenceTrace(pages.map { UInt64($0) })
            .replay(name, frames: frames, settings)
          #expect(outcome.misses == expected.count { $0.isMiss })
          #expect(outcome.evictions == expected.count { $0.victim != nil })
          #expect(outcome.mostResident == min(frames, Set(pages).count))
        }
      }
    }
  }

  private var loadedSet: ReplacementSettings {
    var settings = ReplacementSettings()
    settings.clockLoad = .set
    return settings
  }

  @Test("FIFO")
  func fifo() { check(FIFOReplacer.self, .fifo) { TextbookFIFO(frames: $0) } }

  @Test("LRU")
  func lru() { check(LRUReplacer.self, .lru) { TextbookLRU(frames: $0) } }

  @Test("Clock")
  func clock() {
    check(ClockReplacer<OneBit>.self, .clock) { TextbookClock(frames: $0, most: 1, load: 0) }
    check(ClockReplacer<OneBit>.self, .clock, loadedSet) {
      TextbookClock(frames: $0, most: 1, load: 1)
    }
  }

  @Test("Clock with two bits")
  func clock2() {
    check(ClockReplacer<TwoBits>.self, .clock2) { TextbookClock(frames: $0, most: 3, load: 0) }
    check(ClockReplacer<TwoBits>.self, .clock2, loadedSet) {
      TextbookClock(frames: $0, most: 3, load: 1)
    }
  }

  @Test("Two-handed clock")
  func twoHand() {
    check(TwoHandReplacer.self, .twohand) {
      TextbookTwoHand(frames: $0, spread: max(1, $0 / 4), load: false)
    }
    check(TwoHandReplacer.self, .twohand, loadedSet) {
      TextbookTwoHand(frames: $0, spread: max(1, $0 / 4), load: true)
    }
    var settings = ReplacementSettings()
    settings.handSpread = 7
    check(TwoHandReplacer.self, .twohand, settings) {
      TextbookTwoHand(frames: $0, spread: 7, load: false)
    }
  }

  @Test("Active and inactive list")
  func twoList() { check(TwoListReplacer.self, .twolist) { TextbookTwoList(frames: $0) } }

  @Test("Generations")
  func generations() { check(GenerationReplacer.self, .mglru) { TextbookGenerations(frames: $0) } }

  @Test("2Q")
  func twoQueues() { check(TwoQueuesReplacer.self, .twoQueues) { Textbook2Q(frames: $0) } }

  @Test("ARC")
  func arc() { check(ARCReplacer.self, .arc) { TextbookARC(c: $0) } }

  @Test("SIEVE")
  func sieve() { check(SIEVEReplacer.self, .sieve) { TextbookSIEVE(frames: $0) } }

  @Test("S3-FIFO")
  func s3fifo() { check(S3FIFOReplacer.self, .s3fifo) { TextbookS3FIFO(frames: $0) } }

  @Test("LFU")
  func lfu() {
    check(LFUReplacer.self, .lfu) { TextbookLFU(frames: $0, keepsCounts: false) }
    var settings = ReplacementSettings()
    settings.frequencyCounts = .all
    check(HistoryLFUReplacer.self, .lfu, settings) { TextbookLFU(frames: $0, keepsCounts: true) }
  }

  /// Whether each reference misses, from how the misses grow as the trace does: both policies decide on a
  /// reference from what lies behind it.
  private func misses(_ policy: ReplacementPolicy, _ pages: [Int], frames: Int) -> [Bool] {
    var before = 0
    return pages.indices.map { number in
      let trace = ReferenceTrace(pages[...number].map { UInt64($0) })
      let misses = trace.replay(policy, frames: frames).misses
      defer { before = misses }
      return misses > before
    }
  }

  @Test("Working set", arguments: SampleTrace.allCases)
  func workingSet(sample: SampleTrace) {
    let pages = sample.pages(300, of: 40, seed: 1)
    for window in [1, 2, 5, 13, 40, 100, 1000] {
      let expected = TextbookTimes.workingSet(pages, window: window)
      #expect(misses(.ws, pages, frames: window) == expected, "window \(window)")
      let outcome = ReferenceTrace(pages.map { UInt64($0) }).replay(.ws, frames: window)
      #expect(outcome.mostResident <= window)
      let sets = pages.indices.map { Set(pages[max(0, $0 + 1 - window)...$0]).count }
      #expect(outcome.mostResident == sets.max())
      let mean = Double(sets.reduce(0, +)) / Double(sets.count)
      #expect(abs((outcome.meanResident ?? 0) - mean) < 1e-9)
      #expect(outcome.evictions == outcome.misses - (sets.last ?? 0))
    }
  }

  @Test("The optimal policy", arguments: SampleTrace.allCases)
  func optimal(sample: SampleTrace) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let pages = sample.pages(250, of: 40, seed: seed)
      for frames in [1, 2, 3, 5, 8, 13, 30, 64] {
        let expected = TextbookTimes.optimal(pages, frames: frames)
        #expect(
          misses(.opt, pages, frames: frames) == expected.map(\.isMiss),
          "\(sample), seed \(seed), \(frames) frames")
      }
    }
  }

  @Test("The optimal policy on long traces", arguments: SampleTrace.allCases)
  func longOptimal(sample: SampleTrace) {
    // More words than one level of the set of places holds.
    let pages = sample.pages(5000, of: 100, seed: 5)
    for frames in [1, 4, 80] {
      let expected = TextbookTimes.optimal(pages, frames: frames)
      let outcome = ReferenceTrace(pages.map { UInt64($0) }).replay(.opt, frames: frames)
      #expect(outcome.misses == expected.count { $0.isMiss })
      #expect(outcome.evictions == expected.count { $0.victim != nil })
    }
  }

  @Test("Dirty evictions", arguments: ReplacementPolicy.allCases)
  func dirty(policy: ReplacementPolicy) {
    for sample in SampleTrace.allCases {
      let pages = sample.pages(600, of: 40, seed: 9)
      let writes = pages.indices.map { ($0 * 7 + pages[$0]) % 5 == 0 }
      var trace = ReferenceTrace()
      for (page, isWrite) in zip(pages, writes) { trace.append(UInt64(page), isWrite: isWrite) }
      #expect(trace.writes == writes.count { $0 })
      for frames in [1, 3, 10, 30, 64] {
        let outcome = trace.replay(policy, frames: frames)
        let steps = textbookSteps(policy, pages, frames: frames)
        var dirty: Set<Int> = []
        var written = 0
        for number in pages.indices {
          for victim in steps[number] where dirty.remove(victim) != nil { written += 1 }
          if writes[number] { dirty.insert(pages[number]) }
        }
        #expect(outcome.dirtyEvictions == written, "\(policy), \(sample), \(frames) frames")
        #expect(outcome.evictions == steps.reduce(0) { $0 + $1.count })
      }
    }
  }

  /// The pages that go at each reference, by the textbooks.
  private func textbookSteps(
    _ policy: ReplacementPolicy, _ pages: [Int], frames: Int
  ) -> [[Int]] {
    var book: any Textbook
    switch policy {
    case .fifo: book = TextbookFIFO(frames: frames)
    case .lru: book = TextbookLRU(frames: frames)
    case .clock: book = TextbookClock(frames: frames, most: 1, load: 0)
    case .clock2: book = TextbookClock(frames: frames, most: 3, load: 0)
    case .twohand:
      book = TextbookTwoHand(frames: frames, spread: max(1, frames / 4), load: false)
    case .twolist: book = TextbookTwoList(frames: frames)
    case .mglru: book = TextbookGenerations(frames: frames)
    case .twoQueues: book = Textbook2Q(frames: frames)
    case .arc: book = TextbookARC(c: frames)
    case .sieve: book = TextbookSIEVE(frames: frames)
    case .s3fifo: book = TextbookS3FIFO(frames: frames)
    case .lfu: book = TextbookLFU(frames: frames, keepsCounts: false)
    case .ws:
      return pages.indices.map { now in
        let before = Set(pages[max(0, now - frames)..<now])
        return Array(before.subtracting(pages[max(0, now + 1 - frames)...now]))
      }
    case .opt:
      return TextbookTimes.optimal(pages, frames: frames).map { $0.victim.map { [$0] } ?? [] }
    }
    return pages.map { book.reference($0).victim.map { [$0] } ?? [] }
  }
}
