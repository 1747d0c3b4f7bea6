/// A device with so many reads and writes at once, each of which takes its time, and a queue before it.
///
/// Who has a request while the queue is full waits until there is room, as for a tag in the kernel's block
/// layer: that is how the device's pace reaches those who reclaim.
struct Storage {
  /// When each of its channels is free.
  private var free: [UInt64]
  /// When the requests in the queue are done, the earliest first.
  private var ends: [UInt64] = []
  private var first = 0
  private let queue: Int

  init(depth: Int, queue: Int) {
    free = [UInt64](repeating: 0, count: max(depth, 1))
    self.queue = max(queue, 1)
  }

  /// When a request that comes now is taken in.
  mutating func room(at now: UInt64) -> UInt64 {
    while first < ends.count, ends[first] <= now { first += 1 }
    let count = ends.count - first
    return count < queue ? now : ends[first + count - queue]
  }

  /// When an operation is done that is handed over now, or as soon as there is room.
  mutating func submit(at now: UInt64, taking time: UInt64) -> UInt64 {
    let start = room(at: now)
    var best = 0
    for number in free.indices where free[number] < free[best] { best = number }
    let done = max(start, free[best]) + time
    free[best] = done
    if first > 4096, first * 2 > ends.count {
      ends.removeFirst(first)
      first = 0
    }
    var place = ends.count
    while place > first, ends[place - 1] > done { place -= 1 }
    ends.insert(done, at: place)
    return done
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

  /// The next page that is done by now, and when it was.
  mutating func popDone(by now: UInt64) -> (page: UInt32, done: UInt64)? {
    guard first < pages.count, pages[first].done <= now else { return nil }
    first += 1
    return pages[first - 1]
  }

  /// When so many of them are done, or all.
  func done(after count: Int) -> UInt64? {
    isEmpty ? nil : pages[min(first + max(count, 1), pages.count) - 1].done
  }
}
