public import HostMemory

/// What became of a fleet whose memory was merged.
public struct MergingOutcome: Hashable, Sendable {
  /// The counters at one time.
  public struct Sample: Hashable, Sendable {
    /// Seconds since the first VM booted.
    public let seconds: Double
    /// The VMs that have booted by then.
    public let vms: Int
    /// The counters.
    public let counters: MergingCounters
    /// The 2M pages that merging has broken.
    public let brokenHugePages: Int
    /// The share of one CPU that the scanner has taken since the last sample.
    public let cpuShare: Double
    /// `pages_to_scan`, which an advisor may have changed.
    public let pagesToScan: Int
  }

  /// The samples in the order of time.
  public internal(set) var samples: [Sample] = []
  /// What every merge that is possible would give back.
  public let ceilingBytes: Int
  /// When nine tenths of that were given back, if they were.
  public internal(set) var caughtUpSeconds: Double?
  /// What the model itself needed for each page.
  public internal(set) var modelBytesPerPage = 0.0

  init(ceilingBytes: Int) { self.ceilingBytes = ceilingBytes }
}
