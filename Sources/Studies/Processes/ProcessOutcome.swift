/// What became of a guest's processes, their memory, and the host's.
///
/// Counts are the guest's and the host's: those of the model times its scale.
public struct ProcessOutcome: Sendable, Hashable {
  /// What became of a process, or of all of a kind.
  public struct OfProcess: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// What it is forked from.
    public let parent: String?
    /// How many there are.
    public let count: Int
    /// Whether it ends once it has been through its memory.
    public let isPassing: Bool
    /// What one request computes.
    public let requestWork: UInt64
    /// The requests that were done.
    public internal(set) var requests: UInt64 = 0
    /// How long each took, in nanoseconds, in order of length.
    public internal(set) var latencies: [UInt64] = []
    /// The time that it computed, in nanoseconds.
    public internal(set) var work: UInt64 = 0
    /// The time of its faults, the guest's own and the host's.
    public internal(set) var faultTime: UInt64 = 0
    /// What one of them has touched since the start of the measurement, the most of any.
    public internal(set) var workingSetBytes: UInt64 = 0
    /// The touches that wrote.
    public internal(set) var writes: UInt64 = 0
    /// The guest's own faults without a copy.
    public internal(set) var minorFaults: UInt64 = 0
    /// The guest's own faults that copied, or found that nobody shares the page any more.
    public internal(set) var copyFaults: UInt64 = 0
    /// The pages that the guest's kernel took for copies.
    public internal(set) var copies: UInt64 = 0
    /// Faults of the second stage.
    public internal(set) var exits: UInt64 = 0
    /// Those that the host had to read a page for: major faults of the machine's process.
    public internal(set) var majorFaults: UInt64 = 0
    /// When the last one ended that was through, in nanoseconds.
    public internal(set) var endedAt: UInt64?
    /// When one was killed.
    public internal(set) var killedAt: UInt64?

    /// What part of its time went to faults.
    public var lost: Double {
      work + faultTime == 0 ? 0 : Double(faultTime) / Double(work + faultTime)
    }

    /// The latency that so many percent of the requests kept; nothing where none was done.
    public func latency(percentile: Double) -> UInt64? {
      guard !latencies.isEmpty else { return nil }
      let place = (Double(latencies.count) * percentile / 100).rounded(.up)
      return latencies[max(0, min(latencies.count - 1, Int(place) - 1))]
    }
  }

  /// The guest and its host at a moment.
  public struct Sample: Sendable, Hashable {
    /// When, in nanoseconds from the start of the measurement.
    public let at: UInt64
    /// What the guest's kernel has left.
    public let guestFreeBytes: UInt64
    /// What the second stage maps.
    public let stageTwoBytes: UInt64
    /// What lies in the host's swap.
    public let swapBytes: UInt64
    /// The writes of all processes up to then.
    public let writes: UInt64
    /// The copies up to then.
    public let copies: UInt64
    /// Major faults since the sample before.
    public let majorFaults: UInt64
  }

  /// Who maps what, at a moment.
  public struct Map: Sendable, Hashable {
    /// A process in it.
    public struct Row: Sendable, Hashable {
      /// What it is called, with its number where there are several.
      public let name: String
      /// What it maps.
      public let residentBytes: UInt64
      /// What it maps alone.
      public let privateBytes: UInt64
      /// Its share of what it maps.
      public let proportionalBytes: UInt64

      /// What others map too.
      public var sharedBytes: UInt64 { residentBytes - privateBytes }
    }

    /// When, in nanoseconds from the start of the measurement.
    public let at: UInt64
    /// What has just happened.
    public let moment: String
    /// The processes that live.
    public let rows: [Row]
    /// What they take of the guest's memory together.
    public var usedBytes: UInt64 { rows.reduce(0) { $0 + $1.proportionalBytes } }
  }

  /// The processes, in their order.
  public internal(set) var processes: [OfProcess]
  /// The guest and its host over time.
  public internal(set) var samples: [Sample] = []
  /// Who maps what, before and after.
  public internal(set) var maps: [Map] = []
  /// What the guest has.
  public let guestBytes: UInt64
  /// What the host has for it.
  public let hostBytes: UInt64
  /// The host's swap.
  public let swapBytes: UInt64
  /// How long was measured, in nanoseconds.
  public let duration: UInt64
  /// One page of the model stood for so many.
  public let scale: UInt64
  /// The name of the profile.
  public let profile: String
  /// What the guest had left before anything was forked.
  public internal(set) var guestFreeAtStart: UInt64 = 0
  /// What the second stage mapped then.
  public internal(set) var stageTwoAtStart: UInt64 = 0
  /// The least that the guest had left.
  public internal(set) var leastGuestFree: UInt64 = .max
  /// The most that the second stage mapped.
  public internal(set) var mostStageTwo: UInt64 = 0
  /// The most that the machine needed of the host, in memory and in swap.
  public internal(set) var mostNeeded: UInt64 = 0
  /// What the guest has left at the end.
  public internal(set) var guestFreeAtEnd: UInt64 = 0
  /// What the second stage maps at the end.
  public internal(set) var stageTwoAtEnd: UInt64 = 0
  /// Pages that the host wrote to swap.
  public internal(set) var swapOuts: UInt64 = 0
  /// When the host killed the machine's process for want of memory.
  public internal(set) var hostKilledAt: UInt64?

  /// The copies of all processes, in bytes.
  public var copiedBytes: UInt64 { processes.reduce(0) { $0 + $1.copies } * 4096 }
  /// Major faults of all processes.
  public var majorFaults: UInt64 { processes.reduce(0) { $0 + $1.majorFaults } }
  /// Major faults a second.
  public var majorRate: Double {
    duration == 0 ? 0 : Double(majorFaults) * 1e9 / Double(duration)
  }
  /// Whether anything was killed.
  public var hasKilled: Bool {
    hostKilledAt != nil || processes.contains { $0.killedAt != nil }
  }
}
