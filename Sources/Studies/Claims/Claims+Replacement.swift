import Guests
import HostMemory

/// The figures on page replacement: traces that are replayed.
extension Claims {
  static let replacementRows: [Row] = [
    (
      "F30", "Perfect LRU by scanning", { (_) throws(ClaimError) in scanForOldest() }
    ),
    (
      "F31", "Clock where all pages were accessed", { (_) throws(ClaimError) in clockOrder() }
    ),
    ("F32", "Clock and Bélády's anomaly", { (_) throws(ClaimError) in anomaly() }),
    ("F33", "Two-handed clock, by dirty pages", { (_) throws(ClaimError) in twoHands() }),
    ("F34", "A page's life in generations", { (_) throws(ClaimError) in try lifeOfPage() }),
    ("F35", "When generations entered Linux", { (_) throws(ClaimError) in release() }),
    ("F36", "LRU on twelve references", { (_) throws(ClaimError) in twelve() }),
    ("F37", "Generations against two lists", { (_) throws(ClaimError) in generations() }),
  ]

  private static func trace(_ pages: [UInt64]) -> ReferenceTrace {
    var trace = ReferenceTrace()
    for page in pages { trace.append(page, isWrite: false) }
    return trace
  }

  private static let belady: [UInt64] = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]

  private static func scanForOldest() -> Found {
    let pages = Double(UInt64(8) << 30 / FrameNumber.bytes)
    return (
      [
        .model("pages", .count, 2_000_000, pages, within: 0.05),
        .model("time of an eviction", .time, 20e12, pages * 10e6, within: 0.05),
        .model("time of 1,000 evictions", .time, 20e15, 1000 * pages * 10e6, within: 0.05),
      ], "8 GiB in pages of 4 KiB, and the row's own 10 ns for each."
    )
  }

  private static func clockOrder() -> Found {
    var settings = ReplacementSettings()
    settings.clockLoad = .set
    let full = (0..<8).map { UInt64($0) }
    func misses(_ more: [UInt64]) -> Double {
      Double(trace(full + more).replay(.clock, frames: 8, settings).misses)
    }
    return (
      [
        .model("misses of page 0 after the first request", .count, 1, misses([8, 0]) - 9),
        .model("misses of page 1 after the first request", .count, 0, misses([8, 1]) - 9),
        .model("misses of page 1 after the second", .count, 1, misses([8, 9, 1]) - 10),
      ], "A page that is not there any more is missed."
    )
  }

  private static func anomaly() -> Found {
    var settings = ReplacementSettings()
    settings.clockLoad = .set
    let trace = trace(belady)
    let few = trace.replay(.clock, frames: 3, settings).misses
    let more = trace.replay(.clock, frames: 4, settings).misses
    let clear = [3, 4].map { trace.replay(.clock, frames: $0).misses }
    return (
      [.model("more misses with 4 frames than with 3", .count, 0, Double(more - few))],
      "1 2 3 4 1 2 5 1 2 3 4 5: \(few) misses with 3 frames and \(more) with 4, where a page comes in with"
        + " its bit set; \(clear[0]) and \(clear[1]) where it comes in with the bit clear."
    )
  }

  private static func twoHands() -> Found {
    func time(dirty: UInt64) -> (Double, Double) {
      var trace = ReferenceTrace()
      for page in 0..<UInt64(1000) { trace.append(page, isWrite: page < dirty) }
      for page in 1000..<UInt64(2000) { trace.append(page, isWrite: false) }
      let outcome = trace.replay(.twohand, frames: 1000)
      let nanoseconds = Double(outcome.dirtyEvictions) * 5e6 + Double(outcome.cleanEvictions) * 1e5
      return (Double(outcome.dirtyEvictions + outcome.cleanEvictions), nanoseconds * 1e6)
    }
    let (evictions, many) = time(dirty: 500)
    let (_, few) = time(dirty: 100)
    return (
      [
        .model("evictions", .count, 1000, evictions),
        .model("time with 500 dirty pages", .time, 2550e12, many),
        .model("time with 100 dirty pages", .time, 590e12, few),
        .model("times as long", .ratio, 4.3, many / few, within: 0.01),
      ],
      "1,000 pages of which some were written make room for 1,000 others, at the row's own 5 ms and 0.1 ms."
    )
  }

  /// A page that is accessed before 5 and before 20 s, ageing every 5 s, and an eviction at 45 s.
  private static func lifeOfPage() throws(ClaimError) -> Found {
    var generations = AgedGenerations(frames: 8, pages: 64)
    for page in UInt32(0)..<8 { generations.access(page) }
    var seen: [Int: Int] = [:]
    for second in stride(from: 5, through: 40, by: 5) {
      if second == 5 || second == 20 { generations.access(0) }
      for page in UInt32(1)..<8 { generations.access(page) }
      generations.age()
      seen[second] = generations.generation(of: 0)
    }
    generations.access(8)
    let stated = [(5, 3), (10, 2), (15, 1), (20, 3), (40, 0)]
    var checks: [ClaimCheck] = []
    for (second, generation) in stated {
      guard let found = seen[second] else {
        throw .unexpected("the page is gone after \(second) s")
      }
      checks.append(
        .model("generation at \(second) s", .count, Double(generation), Double(found)))
    }
    checks.append(
      .model(
        "evicted at 45 s", .count, 1, generations.generation(of: 0) == nil ? 1 : 0))
    let oldest = seen.keys.sorted().first { seen[$0] == 0 && $0 > 20 } ?? 0
    return (
      checks,
      "Ageing gives accessed pages what is the youngest generation and starts another, so that after it none"
        + " has number 3 but what comes in then. A page is in the oldest after three agings, which the row's"
        + " own 45 s leave \(oldest) s for. Linux ages when reclaim needs to, and by no clock."
    )
  }

  private static func release() -> Found {
    ([], "A release's history: it is 6.1, and no matter of this model.")
  }

  private static func twelve() -> Found {
    let trace = trace(belady)
    return (
      [
        .model(
          "misses with 3 frames", .count, 8, Double(trace.replay(.lru, frames: 3).misses))
      ],
      "\(trace.replay(.lru, frames: 4).misses) is the count with 4 frames."
    )
  }

  /// Scans of a table in between point reads by Zipf's law, 8 GiB in 4 GiB at a page for 1 MiB.
  private static func generations() -> Found {
    var random = SplitMix64(seed: 1)
    var trace = ReferenceTrace()
    for round in 0..<200 {
      for _ in 0..<2000 {
        // The lowest of three draws: near the front far more often.
        trace.append(
          min(random.below(8192), random.below(8192), random.below(8192)), isWrite: false)
      }
      let start = UInt64(round % 4) * 2048
      for page in start..<start + 500 { trace.append(page, isWrite: false) }
    }
    let lists = Double(trace.replay(.twolist, frames: 4096).misses)
    let generations = Double(trace.replay(.mglru, frames: 4096).misses)
    return (
      [
        .model(
          "fewer misses", .percent, 16, 100 * (1 - generations / lists), within: 0.15)
      ],
      "The setup names no trace: skewed point reads with scans in between, 8 GiB in 4 GiB. It depends on"
        + " the trace; neither model is held against a kernel on it."
    )
  }
}
