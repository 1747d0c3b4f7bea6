public import HostMemory

/// The scanner of same-page merging (ksmd) as others on its host notice it: it computes, and sleeps.
public struct PressureScanner: Sendable, Hashable {
  /// How many pages a wake-up visits (`pages_to_scan`).
  public var pagesToScan: UInt64 = 100
  /// The time between wake-ups, in nanoseconds (`sleep_millisecs`).
  public var sleepNanoseconds: UInt64 = 20_000_000
  /// What a visit costs.
  public var cost = MergingCost.ksmd

  /// The kernel's own settings.
  public init() {}

  /// How long a wake-up computes.
  var computeNanoseconds: UInt64 { pagesToScan * UInt64(cost.scanNanoseconds) }

  /// The part of one processor that it takes where none is short.
  public var duty: Double {
    let computing = Double(computeNanoseconds)
    return computing / max(computing + Double(sleepNanoseconds), 1)
  }
}
