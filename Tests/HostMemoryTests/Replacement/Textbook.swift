/// A policy written straight from its definition: short, obvious and slow.
protocol Textbook {
  /// Makes a reference; says whether the page was missing and which page had to go.
  mutating func reference(_ page: Int) -> Step
}

/// What becomes of a reference.
struct Step: Equatable {
  var isMiss: Bool
  var victim: Int?

  static let hit = Step(isMiss: false, victim: nil)
}

/// First in, first out.
struct TextbookFIFO: Textbook {
  let frames: Int
  var queue: [Int] = []

  mutating func reference(_ page: Int) -> Step {
    if queue.contains(page) { return .hit }
    let victim = queue.count == frames ? queue.removeFirst() : nil
    queue.append(page)
    return Step(isMiss: true, victim: victim)
  }
}

/// Least recently used.
struct TextbookLRU: Textbook {
  let frames: Int
  /// Least recently used first.
  var recency: [Int] = []

  mutating func reference(_ page: Int) -> Step {
    if let place = recency.firstIndex(of: page) {
      recency.append(recency.remove(at: place))
      return .hit
    }
    let victim = recency.count == frames ? recency.removeFirst() : nil
    recency.append(page)
    return Step(isMiss: true, victim: victim)
  }
}

/// Clock: frames in a circle, a hand, and a counter a frame.
struct TextbookClock: Textbook {
  let frames: Int
  let most: Int
  let load: Int
  var circle: [(page: Int, count: Int)] = []
  var hand = 0

  mutating func reference(_ page: Int) -> Step {
    if let place = circle.firstIndex(where: { $0.page == page }) {
      circle[place].count = min(circle[place].count + 1, most)
      return .hit
    }
    if circle.count < frames {
      circle.append((page, load))
      return Step(isMiss: true, victim: nil)
    }
    while circle[hand].count > 0 {
      circle[hand].count -= 1
      hand = (hand + 1) % frames
    }
    let victim = circle[hand].page
    circle[hand] = (page, load)
    hand = (hand + 1) % frames
    return Step(isMiss: true, victim: victim)
  }
}

/// The two-handed clock.
struct TextbookTwoHand: Textbook {
  let frames: Int
  let spread: Int
  let load: Bool
  var circle: [(page: Int, bit: Bool)] = []
  /// How many steps the hands have made.
  var steps = 0

  mutating func reference(_ page: Int) -> Step {
    if let place = circle.firstIndex(where: { $0.page == page }) {
      circle[place].bit = true
      return .hit
    }
    if circle.count < frames {
      circle.append((page, load))
      return Step(isMiss: true, victim: nil)
    }
    while true {
      circle[(steps + spread) % frames].bit = false
      let place = steps % frames
      steps += 1
      if !circle[place].bit {
        let victim = circle[place].page
        circle[place] = (page, load)
        return Step(isMiss: true, victim: victim)
      }
    }
  }
}

/// SIEVE: the queue from its oldest page to its newest, and the place of the hand.
struct TextbookSIEVE: Textbook {
  let frames: Int
  var queue: [(page: Int, visited: Bool)] = []
  var hand = 0

  mutating func reference(_ page: Int) -> Step {
    if let place = queue.firstIndex(where: { $0.page == page }) {
      queue[place].visited = true
      return .hit
    }
    var victim: Int?
    if queue.count == frames {
      while queue[hand].visited {
        queue[hand].visited = false
        hand = (hand + 1) % queue.count
      }
      victim = queue.remove(at: hand).page
      // The hand stays where it is, on the next newer page; past the newest it starts at the oldest.
      if hand == queue.count { hand = 0 }
    }
    queue.append((page, false))
    return Step(isMiss: true, victim: victim)
  }
}

/// Least frequently used; the least recently used among equals.
struct TextbookLFU: Textbook {
  let frames: Int
  /// Whether an evicted page's count is kept for its return.
  let keepsCounts: Bool
  var counts: [Int: Int] = [:]
  var resident: [(page: Int, lastUse: Int)] = []
  var clock = 0

  mutating func reference(_ page: Int) -> Step {
    clock += 1
    counts[page, default: 0] += 1
    if let place = resident.firstIndex(where: { $0.page == page }) {
      resident[place].lastUse = clock
      return .hit
    }
    var victim: Int?
    if resident.count == frames {
      let order = resident.sorted {
        (counts[$0.page] ?? 0, $0.lastUse) < (counts[$1.page] ?? 0, $1.lastUse)
      }
      victim = order[0].page
      resident.removeAll { $0.page == victim }
      if !keepsCounts, let victim { counts[victim] = nil }
    }
    resident.append((page, clock))
    return Step(isMiss: true, victim: victim)
  }
}
