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
    /// The writes to shared pages since the last sample, each of which took a copy.
    public let breaks: UInt64
    /// What the VMs need of the host.
    public let neededBytes: UInt64
  }

  /// How VMs that compute and the scanner shared processors.
  public struct ProcessorUse: Hashable, Sendable {
    /// How many processors there were.
    public let processors: Int
    /// What each VM computed until it was ready, in seconds.
    public let workSeconds: Double
    /// How long the scanner was on a processor, in seconds.
    public let scannerSeconds: Double
    /// How long VMs that became ready had stood in line for one, together.
    public internal(set) var queuedSeconds = 0.0
    /// How long after its boot each VM was ready that was so while the fleet was watched, in order of length.
    public internal(set) var readySeconds: [Double] = []
  }

  /// How processors were shared, if they could be short.
  public internal(set) var processorUse: ProcessorUse?
  /// The samples in the order of time.
  public internal(set) var samples: [Sample] = []
  /// What every merge that is possible would give back.
  public let ceilingBytes: Int
  /// When nine tenths of that were given back, if they were.
  public internal(set) var caughtUpSeconds: Double?
  /// What the model itself needed for each page.
  public internal(set) var modelBytesPerPage = 0.0

  /// The memory of all VMs.
  public let bytesOfVMs: UInt64
  /// The host's memory for them, if it is known.
  public let hostBytes: UInt64?
  /// How long the fleet was watched, in seconds.
  public let seconds: Double
  /// Whether the host backed the VMs with 2M pages.
  public let isHuge: Bool
  /// How many pages a visit of all memory has, at the end, in a second of the scanner's.
  public internal(set) var pagesPerSecond = 0.0
  /// The most that the VMs needed at any moment.
  public internal(set) var mostNeededBytes: UInt64 = 0
  /// When that was, in seconds from the first boot.
  public internal(set) var mostNeededSeconds = 0.0
  /// For how many seconds they needed more than the host has.
  public internal(set) var shortSeconds = 0.0
  /// The most that was given back at any moment.
  public internal(set) var mostSavedBytes = 0
  /// The writes to shared pages: each a permission fault and a copy.
  public internal(set) var breaks: UInt64 = 0
  /// The writes to pages that were the VM's own.
  public internal(set) var plainWrites: UInt64 = 0
  /// The first touches of pages: faults that the boots take, merged or not.
  public internal(set) var firstTouches: UInt64 = 0
  /// What a write to a shared page costs, in nanoseconds, if there are prices.
  public internal(set) var breakNanoseconds: Double?
  /// The scanner's CPU time, in nanoseconds.
  public internal(set) var cpuNanoseconds: UInt64 = 0

  init(_ study: MergingStudy) {
    ceilingBytes = study.ceilingBytes
    bytesOfVMs = study.bytesOfVMs
    hostBytes = study.hostBytes
    seconds = study.seconds
    isHuge = study.isHuge
  }

  /// The part of one CPU that the scanner took.
  public var cpuShare: Double { seconds > 0 ? Double(cpuNanoseconds) / 1e9 / seconds : 0 }

  /// The bytes that were given back at the end.
  public var savedBytes: Int { samples.last?.counters.savedBytes ?? 0 }
}
