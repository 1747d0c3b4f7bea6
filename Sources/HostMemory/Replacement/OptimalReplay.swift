/// The optimal policy: the page goes whose next reference is farthest away, and among pages that are never
/// referenced again the one whose last reference is oldest.
///
/// No page need be searched for. A page that is referenced at `p` and next at `n` is still there at `n`
/// exactly if between the two some frame can be spared for it at every reference; deciding that for each
/// reference in turn, and sparing the frame wherever it can be, gives as many hits as the optimal policy
/// (the argument is that of scheduling intervals by their ends). The frames that can still be spared are
/// tokens: every reference but the first has one more than the one before it where a hit has just taken
/// one, and a hit takes the latest one that lies at or before `p`.
struct OptimalReplay {
  func outcome(_ trace: ReferenceTrace, frames: Int) -> ReplacementOutcome {
    var outcome = ReplacementOutcome(.opt, frames: frames, references: trace.count)
    outcome.coldMisses = trace.pageCount
    outcome.mostResident = min(frames, trace.pageCount)
    let run =
      trace.hasWrites
      ? Self.run(trace, frames, Writes(trace)) : Self.run(trace, frames, NoWrites())
    outcome.misses = run.misses
    outcome.dirtyEvictions = run.dirtyEvictions
    // What was loaded and did not stay to the end has been evicted.
    outcome.cleanEvictions = run.misses - outcome.mostResident - run.dirtyEvictions
    return outcome
  }

  private static func run<Dirt: DirtTracker>(
    _ trace: ReferenceTrace, _ frames: Int, _ dirt: Dirt
  ) -> (misses: Int, dirtyEvictions: Int) {
    let never = UInt32.max
    let last = FlatArray(repeating: never, count: trace.pageCount)
    let dirty = FlatArray(repeating: false, count: dirt.isTracking ? trace.pageCount : 0)
    let tokens = PlaceSet(count: trace.count)
    // Before the first reference lie all frames but the one that each reference needs itself.
    var first = frames - 1
    var misses = 0
    var dirtyEvictions = 0
    let pages = trace.pages.span
    for number in pages.indices {
      let page = pages[number]
      let before = last[page]
      last[page] = UInt32(truncatingIfNeeded: number)
      var isMiss = before == never
      if !isMiss, Int(before) &+ 1 != number {
        let token = tokens.last(through: Int(before))
        if token >= 0 {
          tokens.remove(token)
          tokens.insert(number &- 1)
        } else if first > 0 {
          first &-= 1
          tokens.insert(number &- 1)
        } else {
          isMiss = true
        }
      }
      if isMiss { misses &+= 1 }
      if dirt.isTracking {
        if isMiss, dirty[page] {
          // It went between its last reference and this one.
          dirtyEvictions += 1
          dirty[page] = false
        }
        if dirt.isWrite(number) { dirty[page] = true }
      }
    }
    if dirt.isTracking {
      let gone = misses - min(frames, trace.pageCount) - (misses - trace.pageCount)
      dirtyEvictions += dirtyAmongOldest(gone, last, dirty)
    }
    return (misses, dirtyEvictions)
  }

  /// Of the pages that are never referenced again, `count` have gone: those whose last reference is oldest.
  private static func dirtyAmongOldest(
    _ count: Int, _ last: borrowing FlatArray<UInt32>, _ dirty: borrowing FlatArray<Bool>
  ) -> Int {
    guard count > 0 else { return 0 }
    var order: [UInt32] = []
    order.reserveCapacity(last.count)
    for page in 0..<last.count { order.append(last[page]) }
    order.sort()
    let limit = order[count - 1]
    var found = 0
    for page in 0..<last.count where last[page] <= limit && dirty[page] { found += 1 }
    return found
  }
}

/// Which references write: a type for each answer, so that a trace that only reads is not asked.
protocol DirtTracker {
  var isTracking: Bool { get }
  func isWrite(_ reference: Int) -> Bool
}

/// No reference writes.
struct NoWrites: DirtTracker {
  var isTracking: Bool {
    @inline(__always) get { false }
  }

  @inline(__always)
  func isWrite(_ reference: Int) -> Bool { false }
}

/// The trace says.
struct Writes: DirtTracker {
  private let trace: ReferenceTrace

  init(_ trace: ReferenceTrace) { self.trace = trace }

  var isTracking: Bool {
    @inline(__always) get { true }
  }

  func isWrite(_ reference: Int) -> Bool { trace.isWrite(reference) }
}
