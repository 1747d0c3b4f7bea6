public import Simulation

/// What happens when, while a machine is moved.
public struct MigrationSeries: Sendable, Hashable {
  /// What is summed.
  public enum Quantity: Int, Sendable, Hashable, CaseIterable {
    /// The picoseconds that processors lose to faults and what they wait for because of them.
    case faults
    /// The picoseconds that they are made to sleep.
    case asleep
    /// The picoseconds that they wait for pages from the other host.
    case waiting
    /// The picoseconds that they are stopped.
    case stopped
    /// The pages that are written.
    case writes
    /// The pages that are written for the first time since their log was cleared.
    case dirtied
    /// The bytes that are sent.
    case sent
  }

  /// The sums.
  public private(set) var series: TimeSeries
  private let processors: Int

  init(processors: Int) {
    self.processors = processors
    series = TimeSeries(
      quantities: Quantity.allCases.count, bin: VirtualDuration(nanoseconds: 1_000_000),
      mostBins: 400)
  }

  /// Adds at a moment.
  mutating func add(_ amount: Int64, to quantity: Quantity, at picoseconds: Int64) {
    series.add(amount, to: quantity.rawValue, at: VirtualTime(picoseconds: picoseconds))
  }

  /// Adds a time that a processor loses from a moment on.
  mutating func lose(
    _ picoseconds: Int64, to quantity: Quantity, from start: Int64, times: Int64 = 1
  ) {
    var at = start
    let end = start + picoseconds
    while at < end {
      series.reach(VirtualTime(picoseconds: at))
      let bin = series.bin.picoseconds
      let next = min(end, (at / bin + 1) * bin)
      add((next - at) * times, to: quantity, at: at)
      at = next
    }
  }

  /// What a quantity is in each bin.
  public func values(_ quantity: Quantity) -> [Int64] { series.values(of: quantity.rawValue) }

  /// The length of a bin.
  public var bin: VirtualDuration { series.bin }

  /// The part of the guest's speed that it keeps, in each bin.
  public var speed: [Double] {
    let whole = Double(series.bin.picoseconds) * Double(processors)
    var lost = Array(repeating: 0.0, count: series.bins)
    for quantity in [Quantity.faults, .asleep, .waiting, .stopped] {
      for (bin, value) in values(quantity).enumerated() { lost[bin] += Double(value) }
    }
    return lost.map { max(0, 1 - $0 / whole) }
  }
}
