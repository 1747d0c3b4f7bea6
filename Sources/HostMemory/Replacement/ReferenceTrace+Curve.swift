extension ReferenceTrace {
  /// The misses for every number of frames from one pass over the trace; nothing for a policy that may
  /// hold less in more frames, of which each number has to be replayed.
  ///
  /// The passes of `lru` and `ws` take a constant or logarithmic time a reference. Those of `opt` and `lfu`
  /// go down the stack of pages to the one referenced.
  public func missCurve(
    _ policy: ReplacementPolicy, _ settings: ReplacementSettings = .init()
  ) -> MissCurve? {
    let hits: [UInt32]
    switch policy {
    case .lru: hits = recencyDistances()
    case .ws where settings.window == nil: hits = intervals()
    case .opt: hits = stackDistances(NextUseStack(self))
    case .lfu where settings.frequencyCounts == .all: hits = stackDistances(FrequencyStack(self))
    default: return nil
    }
    return MissCurve(policy, references: count, hits: hits)
  }

  /// How many references came so many references after the last one to their page.
  private func intervals() -> [UInt32] {
    let last = FlatArray<UInt32>(repeating: 0, count: pageCount)
    var hits = Array(repeating: 0 as UInt32, count: count + 1)
    for (number, page) in pages.enumerated() {
      let now = UInt32(number + 1)
      if last[page] != 0 { hits[Int(now - last[page])] += 1 }
      last[page] = now
    }
    return hits
  }

  /// How many references found so many pages referenced since their last one, their own among them.
  ///
  /// A tree of sums over the places of last references counts them (Bennett and Kruskal 1975). Places are
  /// given out in order, and anew when they are used up.
  private func recencyDistances() -> [UInt32] {
    let places = max(64, 2 * pageCount)
    let nowhere = UInt32.max
    let placeOf = FlatArray(repeating: nowhere, count: pageCount)
    let pageAt = FlatArray(repeating: nowhere, count: places)
    let sums = FlatArray(repeating: 0 as UInt32, count: places + 1)
    var hits = Array(repeating: 0 as UInt32, count: pageCount + 1)
    var next = 0
    var seen = 0
    for page in pages {
      if next == places {
        next = Self.pack(placeOf, pageAt, sums)
      }
      let place = placeOf[page]
      if place == nowhere {
        seen += 1
      } else {
        // All pages but those whose last reference lies before this one's.
        var before: UInt32 = 0
        var node = Int(place)
        while node > 0 {
          before &+= sums[node]
          node &= node &- 1
        }
        hits[seen - Int(before)] += 1
        pageAt[place] = nowhere
        Self.add(~0, at: Int(place), sums)
      }
      placeOf[page] = UInt32(next)
      pageAt[next] = page
      Self.add(1, at: next, sums)
      next += 1
    }
    return hits
  }

  private static func add(_ amount: UInt32, at place: Int, _ sums: borrowing FlatArray<UInt32>) {
    var node = place &+ 1
    while node < sums.count {
      sums[node] = sums[node] &+ amount
      node &+= node & -node
    }
  }

  /// Moves the places in use together at the start, and says how many they are.
  private static func pack(
    _ placeOf: borrowing FlatArray<UInt32>, _ pageAt: borrowing FlatArray<UInt32>,
    _ sums: borrowing FlatArray<UInt32>
  ) -> Int {
    var used = 0
    for place in 0..<pageAt.count where pageAt[place] != .max {
      let page = pageAt[place]
      pageAt[place] = .max
      pageAt[used] = page
      placeOf[page] = UInt32(used)
      used += 1
    }
    for node in 0..<sums.count { sums[node] = 0 }
    for place in 0..<used { add(1, at: place, sums) }
    return used
  }

  /// How many references found their page so deep in the stack of a policy whose choice is by priorities
  /// that don't depend on the number of frames (Mattson and others 1970).
  private func stackDistances<Stack: PriorityStack & ~Copyable>(_ order: consuming Stack)
    -> [UInt32]
  {
    var order = order
    let stack = FlatArray(repeating: 0 as UInt32, count: pageCount)
    let isKnown = FlatArray(repeating: false, count: pageCount)
    var hits = Array(repeating: 0 as UInt32, count: pageCount + 1)
    var height = 0
    for (number, page) in pages.enumerated() {
      order.reference(page, number)
      if isKnown[page], stack[0] == page {
        hits[1] += 1
        continue
      }
      if !isKnown[page] {
        isKnown[page] = true
        // A place at the bottom, to be taken by what goes down.
        stack[height] = page
        height += 1
      }
      var falling = page
      var depth = 0
      while true {
        let found = stack[depth]
        if depth == 0 || found == page || order.stays(falling, over: found) {
          stack[depth] = falling
          falling = found
        }
        if found == page { break }
        depth += 1
      }
      if order.isHit(number) { hits[depth + 1] += 1 }
    }
    return hits
  }
}

/// The priorities by which pages stay.
protocol PriorityStack: ~Copyable {
  /// Takes notice of a reference.
  mutating func reference(_ page: UInt32, _ number: Int)

  /// Whether a reference's page had been referenced before.
  func isHit(_ number: Int) -> Bool

  /// Whether a page stays in memory rather than another.
  func stays(_ page: UInt32, over other: UInt32) -> Bool
}

/// The page stays that is referenced sooner, and of those that never are the one that was used last.
struct NextUseStack: PriorityStack, ~Copyable {
  /// The number of the next reference to the page of each reference.
  private let following: FlatArray<UInt32>
  private let isFirst: FlatArray<Bool>
  private let nextUses: FlatArray<UInt32>
  private let lastUses: FlatArray<UInt32>

  init(_ trace: ReferenceTrace) {
    following = FlatArray(repeating: .max, count: trace.count)
    isFirst = FlatArray(repeating: true, count: trace.count)
    nextUses = FlatArray(repeating: .max, count: trace.pageCount)
    lastUses = FlatArray(repeating: .max, count: trace.pageCount)
    for (number, page) in trace.pages.enumerated() {
      let before = lastUses[page]
      if before != .max {
        following[before] = UInt32(number)
        isFirst[number] = false
      }
      lastUses[page] = UInt32(number)
    }
  }

  mutating func reference(_ page: UInt32, _ number: Int) {
    nextUses[page] = following[number]
    lastUses[page] = UInt32(number)
  }

  func isHit(_ number: Int) -> Bool { !isFirst[number] }

  func stays(_ page: UInt32, over other: UInt32) -> Bool {
    let (next, otherNext) = (nextUses[page], nextUses[other])
    return next == otherNext ? lastUses[page] > lastUses[other] : next < otherNext
  }
}

/// The page stays that was referenced more often, and among equals the one that was used last.
struct FrequencyStack: PriorityStack, ~Copyable {
  private let counts: FlatArray<UInt32>
  private let lastUses: FlatArray<UInt32>
  private var isRepeated = false

  init(_ trace: ReferenceTrace) {
    counts = FlatArray(repeating: 0, count: trace.pageCount)
    lastUses = FlatArray(repeating: 0, count: trace.pageCount)
  }

  mutating func reference(_ page: UInt32, _ number: Int) {
    isRepeated = counts[page] > 0
    counts[page] &+= 1
    lastUses[page] = UInt32(number)
  }

  func isHit(_ number: Int) -> Bool { isRepeated }

  func stays(_ page: UInt32, over other: UInt32) -> Bool {
    (counts[page], lastUses[page]) > (counts[other], lastUses[other])
  }
}
