/// The data caches of a core, as lines of 64 bytes in sets with the least recently used line replaced.
///
/// Table reads and the accesses themselves share them, and every line that is read goes into all of
/// them. There is no prefetch, and no other core.
struct DataCaches {
  /// Where a cache's lines lie among those of all.
  private struct Level {
    let first: Int
    let ways: Int
    let setMask: UInt64
    let cycles: Int

    init(_ cache: MemoryLatency.Cache, first: Int) {
      self.first = first
      ways = cache.ways
      // The sets are a power of two: the largest that the size has room for.
      let sets = UInt64(max(1, cache.bytes / 64 / cache.ways))
      setMask = 1 << UInt64(63 - sets.leadingZeroBitCount) - 1
      cycles = cache.cycles
    }

    var lines: Int { (Int(setMask) + 1) * ways }

    /// Whether a line is there; afterwards it is, as the latest of its set.
    @inline(__always)
    func meets(_ line: UInt64, _ lines: inout MutableSpan<UInt64>) -> Bool {
      var way = first &+ Int(truncatingIfNeeded: line & setMask) &* ways
      let end = way &+ ways
      var moved = line
      while way < end {
        let other = lines[way]
        lines[way] = moved
        if other == line { return true }
        moved = other
        way &+= 1
      }
      return false
    }
  }

  private var levels: [Level] = []
  private var lines: [UInt64]
  private let memoryCycles: Int
  /// The table reads that each cache has answered, and memory after the last.
  private(set) var answers: [Int]

  init(_ latency: MemoryLatency) {
    var count = 0
    for cache in latency.caches {
      let level = Level(cache, first: count)
      levels.append(level)
      count += level.lines
    }
    lines = Array(repeating: .max, count: count)
    memoryCycles = latency.memoryCycles
    answers = Array(repeating: 0, count: levels.count + 1)
  }

  /// The cycles of a table read.
  mutating func read(_ address: UInt64) -> Int {
    let level = find(address)
    answers[level] += 1
    return level < levels.count ? levels[level].cycles : memoryCycles
  }

  /// Lets an access of the program pass.
  mutating func touch(_ address: UInt64) { _ = find(address) }

  /// Forgets the counts and keeps the lines.
  mutating func resetCounts() {
    for index in answers.indices { answers[index] = 0 }
  }

  @inline(__always)
  private mutating func find(_ address: UInt64) -> Int {
    let line = address >> 6
    let levels = levels
    var found = levels.count
    var lines = lines.mutableSpan
    var number = levels.count - 1
    while number >= 0 {
      if levels[number].meets(line, &lines) { found = number }
      number -= 1
    }
    return found
  }
}
