/// A device with so many reads and writes at once, each of which takes its time.
struct Storage {
  private var free: [UInt64]

  init(depth: Int) { free = [UInt64](repeating: 0, count: max(depth, 1)) }

  /// When an operation is done that is handed over now.
  mutating func submit(at now: UInt64, taking time: UInt64) -> UInt64 {
    var best = 0
    for number in free.indices where free[number] < free[best] { best = number }
    free[best] = max(now, free[best]) + time
    return free[best]
  }
}

/// The pages that are being written, in the order in which they will be done.
struct WritesUnderWay {
  private var pages: [(page: UInt32, done: UInt64)] = []
  private var first = 0

  var isEmpty: Bool { first == pages.count }
  var count: Int { pages.count - first }

  /// When the next is done.
  var next: UInt64? { isEmpty ? nil : pages[first].done }

  mutating func append(_ page: UInt32, done: UInt64) {
    if first > 4096, first * 2 > pages.count {
      pages.removeFirst(first)
      first = 0
    }
    // One device does them in the order in which they came, or nearly.
    var place = pages.count
    while place > first, pages[place - 1].done > done { place -= 1 }
    pages.insert((page, done), at: place)
  }

  /// The next page that is done by now.
  mutating func popDone(by now: UInt64) -> UInt32? {
    guard first < pages.count, pages[first].done <= now else { return nil }
    first += 1
    return pages[first - 1].page
  }
}
