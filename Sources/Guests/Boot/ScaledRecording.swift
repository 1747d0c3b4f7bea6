import Paging

/// A recorded boot in a guest of another size.
///
/// What grows with the memory is the array of struct pages; everything else is as many pages as it was.
/// What lay in the upper half of the memory lies as far from its end as before, and below the array as
/// far from the array: the kernel allocates from the top down. What the firmware put there lies below
/// the hole for devices; so do the initramfs and the firmware's tables.
struct ScaledRecording: Sendable, Hashable {
  struct Touch: Sendable, Hashable {
    var page: UInt32
    var tick: UInt32
    var kind: BootTouch.Kind
    var novelty: GuestTouch.Novelty
    var use: GuestPageUse
  }

  let phases: [BootTrace.Phase]
  /// The first touch of each phase, and the end of them all.
  let phaseTouches: [Int]
  /// The instructions before each phase, and all of them.
  let phaseInstructions: [UInt64]
  let touches: [Touch]
  /// Where each recorded page lies now.
  let places: [UInt64]
  /// How many pages stand for a recorded one: 1, but for the struct pages.
  let counts: [UInt32]
  let instructionsPerMicrosecond: UInt64
  /// What it takes to fill one more page of struct pages.
  let structPageInstructions: UInt64

  /// The largest memory: its struct pages are counted in 32 bits.
  static let mostMemoryBytes: UInt64 = 1 << 46

  init(
    _ trace: BootTrace, _ layout: GuestLayout, instructionsPerMicrosecond: UInt64
  ) throws(GuestProfileProblem) {
    guard instructionsPerMicrosecond > 0 else { throw .noSpeed }
    self.instructionsPerMicrosecond = instructionsPerMicrosecond
    phases = trace.phases
    var touchCount = 0
    var instructions: UInt64 = 0
    var phaseTouches = [0]
    var phaseInstructions: [UInt64] = [0]
    for phase in trace.phases {
      touchCount += phase.touches
      instructions += phase.instructions
      phaseTouches.append(touchCount)
      phaseInstructions.append(instructions)
    }
    self.phaseTouches = phaseTouches
    self.phaseInstructions = phaseInstructions
    let uses = trace.uses
    touches = Self.touches(trace, uses)
    structPageInstructions = Self.structPageInstructions(touches)
    let touched = Self.touchedPages(trace)
    guard layout.memoryBytes & (1 << 20 - 1) == 0 else {
      throw .unevenMemory(bytes: layout.memoryBytes)
    }
    guard layout.memoryBytes <= Self.mostMemoryBytes else {
      throw .memoryTooLarge(bytes: layout.memoryBytes, mostBytes: Self.mostMemoryBytes)
    }
    guard let found = Self.places(uses, touched, layout) else {
      var least = layout.memoryBytes
      // Recorded memory always has room for itself, so the search ends.
      repeat {
        least += 1 << 20
      } while Self.places(uses, touched, GuestLayout(memoryBytes: least)) == nil
      throw .memoryTooSmall(bytes: layout.memoryBytes, leastBytes: least)
    }
    places = found.places
    counts = found.counts
  }

  /// The nanoseconds that so many instructions take.
  func nanoseconds(_ instructions: UInt64) -> UInt64 {
    let product = instructions.multipliedFullWidth(by: 1000)
    guard product.high < instructionsPerMicrosecond else { return .max }
    return instructionsPerMicrosecond.dividingFullWidth(product).quotient
  }

  /// The pages of a use that instructions touch, in the order of those touches, where they lie now.
  func pages(_ use: GuestPageUse) -> [UInt64] {
    touches.lazy.filter { $0.use == use && $0.novelty == .page && $0.kind != .device }
      .map { places[Int($0.page)] }
  }

  // MARK: Making it

  private static func touches(_ trace: BootTrace, _ uses: [GuestPageUse]) -> [Touch] {
    var seen = [UInt8](repeating: 0, count: uses.count)
    return trace.touches.map { touch in
      let page = Int(touch.page)
      let bit = UInt8(1) << touch.kind.rawValue
      let isDevice = touch.kind == .device
      let before = seen[page] & (isDevice ? 0xff : 0xf7)
      seen[page] |= bit
      let novelty: GuestTouch.Novelty =
        before == 0 ? .page : touch.isRepeated || before & bit != 0 ? .none : .kind
      return Touch(
        page: touch.page, tick: touch.tick, kind: touch.kind, novelty: novelty, use: uses[page])
    }
  }

  /// The mean of the times from one new struct page to the next one's, where nothing else comes between.
  private static func structPageInstructions(_ touches: [Touch]) -> UInt64 {
    var ticks: UInt64 = 0
    var count: UInt64 = 0
    for (before, touch) in zip(touches, touches.dropFirst())
    where touch.use == .structPages && touch.novelty == .page
      && before.use == .structPages && before.page + 1 == touch.page
    {
      ticks += UInt64(touch.tick - before.tick)
      count += 1
    }
    return count == 0 ? 0 : ticks * BootTrace.tickInstructions / count
  }

  private enum Touched { case never, inFirstPhase, later }

  private static func touchedPages(_ trace: BootTrace) -> [Touched] {
    var pages = [Touched](repeating: .never, count: Int(trace.memoryBytes >> 12))
    let firmware = trace.phases.first?.touches ?? 0
    for (number, touch) in trace.touches.enumerated() where pages[Int(touch.page)] == .never {
      pages[Int(touch.page)] = number < firmware ? .inFirstPhase : .later
    }
    return pages
  }

  private static func places(
    _ uses: [GuestPageUse], _ touched: [Touched], _ layout: GuestLayout
  ) -> (places: [UInt64], counts: [UInt32])? {
    let recorded = UInt64(uses.count)
    let array = uses.indices.filter { uses[$0] == .structPages }.map { UInt64($0) }
    let arrayPages = UInt64(array.count)
    let newArrayPages = array.isEmpty ? 0 : layout.structPages
    let upperHalf = min(recorded / 2, array.first ?? recorded)
    // Where the memory ends for what the kernel allocates, and for what was there before it ran. A
    // piece of memory behind the hole that can't hold the former is left alone.
    let lowEnd = layout.lowBytes >> 12
    let upperPages = recorded - upperHalf + newArrayPages
    let end = layout.highBytes >> 12 >= upperPages ? layout.end.value >> 12 : lowEnd
    var places = [UInt64](repeating: 0, count: uses.count)
    var counts = [UInt32](repeating: 1, count: uses.count)
    let arrayEnd = (array.last ?? recorded - 1) + 1
    let newArrayEnd = end &- (recorded - arrayEnd)
    guard end >= recorded - arrayEnd, newArrayEnd >= newArrayPages else { return nil }
    var lastLower: UInt64 = 0
    var firstUpper = UInt64.max
    var index: UInt64 = 0
    for page in uses.indices where touched[page] != .never || uses[page] == .structPages {
      let number = UInt64(page)
      let place: UInt64
      if uses[page] == .structPages {
        let first = index * newArrayPages / arrayPages
        index += 1
        counts[page] = UInt32(index * newArrayPages / arrayPages - first)
        place = newArrayEnd - newArrayPages + min(first, max(newArrayPages, 1) - 1)
      } else if number < upperHalf {
        place = number
        lastLower = number
        guard place < lowEnd else { return nil }
      } else {
        let isLow = touched[page] == .inFirstPhase && end != lowEnd
        let isBelow = number < (array.first ?? 0) && !isLow
        let distance = recorded - number + (isBelow ? newArrayPages : 0)
        let top = (isLow ? lowEnd : end) + (isBelow ? arrayPages : 0)
        guard top >= distance else { return nil }
        place = top - distance
      }
      places[page] = place
      if number >= upperHalf { firstUpper = min(firstUpper, place) }
    }
    return lastLower < firstUpper ? (places, counts) : nil
  }
}
