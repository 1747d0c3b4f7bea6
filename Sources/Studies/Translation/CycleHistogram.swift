/// How often each number of cycles came; exact up to a limit, and all above it in one.
struct CycleHistogram {
  private var counts = Array(repeating: 0, count: 1 << 14)
  private var total = 0

  mutating func add(_ cycles: Int) {
    counts[min(cycles, counts.count - 1)] += 1
    total += 1
  }

  mutating func reset() { self = Self() }

  /// The fewest cycles that so many of a hundred need at most.
  func percentile(_ percent: Int) -> Int {
    let wanted = (total * percent + 99) / 100
    var seen = 0
    for (cycles, count) in counts.enumerated() {
      seen += count
      if seen >= wanted { return cycles }
    }
    return 0
  }
}
