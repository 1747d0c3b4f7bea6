public import HostMemory

/// What became of services under pressure.
///
/// Counts are the host's: those of the model times its scale.
public struct PressureOutcome: Sendable, Hashable {
  /// What became of a service.
  public struct OfService: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// The requests that were done in time.
    public var requests: UInt64 = 0
    /// How long each of them took, in nanoseconds, in order of length.
    public var latencies: [UInt64] = []
    /// What one computes, which is what it takes where memory is ample.
    public let requestWork: UInt64
    /// Whether it grows from the start of the measurement on, and not for a part of it.
    public var growsThroughout = false
    /// Where its time went, that of its workers and that of its growth.
    public var time = Times()
    /// The part of it that its growth took.
    public var growthTime = Times()
    /// How long its workers and its growth were ready and stood in line for a processor.
    public var queuedNanoseconds: UInt64 = 0
    /// What reclaim did to it while it was measured.
    public var counters = ReclaimCounters()
    /// The bytes that it touches over and over, as far as its touches while it was measured tell.
    public var workingSetBytes: UInt64 = 0
    /// What it had in memory and in swap when the measurement started, and at most.
    public var bytesAtStart: UInt64 = 0
    /// What it had at most.
    public var mostBytes: UInt64 = 0
    /// What its second stage had to do, if it is in a machine.
    public var stageTwo: StageTwoUse?
    /// When it was killed, in nanoseconds from the start of the measurement.
    public var killedAt: UInt64?
    /// Its major faults up to each sample of the host since the one before.
    public var majorSeries: [UInt64] = []
    /// When it starts, in nanoseconds from the start of the measurement.
    public let startNanoseconds: UInt64

    /// Where its workers' time went.
    public var workerTime: Times { time.less(growthTime) }

    /// The latency that so many percent of the requests kept; nothing where none was done.
    public func latency(percentile: Double) -> UInt64? {
      guard !latencies.isEmpty else { return nil }
      let place = (Double(latencies.count) * percentile / 100).rounded(.up)
      return latencies[max(0, min(latencies.count - 1, Int(place) - 1))]
    }
  }

  /// Where time goes, in nanoseconds.
  public struct Times: Sendable, Hashable {
    /// Computing, and touching what is there.
    public var work: UInt64 = 0
    /// Faults without a wait.
    public var faults: UInt64 = 0
    /// Reclaiming for oneself.
    public var reclaiming: UInt64 = 0
    /// The part of reclaiming that was waiting for storage: for room in its queue, or for writes.
    public var writing: UInt64 = 0
    /// Waiting for a page to be read.
    public var reading: UInt64 = 0
    /// The penalty for being above a limit.
    public var throttled: UInt64 = 0

    /// All of it.
    public var total: UInt64 { work + faults + reclaiming + reading + throttled }
    mutating func add(_ other: Self) {
      work += other.work
      faults += other.faults
      reclaiming += other.reclaiming
      writing += other.writing
      reading += other.reading
      throttled += other.throttled
    }

    /// What is left of it without a part.
    func less(_ part: Self) -> Self {
      var rest = self
      rest.work -= part.work
      rest.faults -= part.faults
      rest.reclaiming -= part.reclaiming
      rest.writing -= part.writing
      rest.reading -= part.reading
      rest.throttled -= part.throttled
      return rest
    }

    /// What part is not work, from 0 to 1.
    public var lost: Double { total == 0 ? 0 : Double(total - work) / Double(total) }
  }

  /// The host at a moment.
  public struct Sample: Sendable, Hashable {
    /// When, in nanoseconds from the start of the measurement.
    public let at: UInt64
    /// Free memory.
    public let freeBytes: UInt64
    /// Swap in use.
    public let swapBytes: UInt64
    /// Major faults since the sample before.
    public let majorFaults: UInt64
    /// Touches that had to reclaim since then.
    public let stalls: UInt64
    /// Whether kswapd is awake.
    public let isKswapdAwake: Bool
  }

  /// The services, in their order.
  public var services: [OfService]
  /// The host over time.
  public var samples: [Sample] = []
  /// What reclaim did to all while it was measured.
  public var counters = ReclaimCounters()
  /// The memory that the services could share.
  public let memoryBytes: UInt64
  /// What of that the host keeps free: up to its high mark kswapd makes room.
  public var highMarkBytes: UInt64 = 0
  /// The swap.
  public let swapBytes: UInt64
  /// How the host chose the pages that left.
  public let policy: ReclaimPolicy
  /// How long was measured, in nanoseconds.
  public let duration: UInt64
  /// One page of the model stood for so many.
  public let scale: UInt64
  /// The processors that all shared, if they could be short.
  public var processors: Int?
  /// How long kswapd was on one, in nanoseconds.
  public var kswapdNanoseconds: UInt64 = 0
  /// How long ksmd was on one, if it ran.
  public var ksmdNanoseconds: UInt64?
  /// The lowest that free memory came to.
  public var leastFreeBytes: UInt64 = .max

  /// Major faults a second.
  public var majorRate: Double {
    duration == 0 ? 0 : Double(counters.majorFaults) * 1e9 / Double(duration)
  }

  /// What part of all time, of workers and of growth, was lost to memory.
  public var lost: Double {
    let total = services.reduce(0.0) { $0 + Double($1.time.total) }
    let work = services.reduce(0.0) { $0 + Double($1.time.work) }
    return total == 0 ? 0 : 1 - work / total
  }

  /// What part of all time was spent waiting for memory: not for a fault as such, which a page's first touch
  /// takes on any host, but for room, for reads and for limits.
  public var waiting: Double {
    let total = services.reduce(0.0) { $0 + Double($1.time.total) }
    let waits = services.reduce(0.0) {
      $0 + Double($1.time.reclaiming + $1.time.reading + $1.time.throttled)
    }
    return total == 0 ? 0 : waits / total
  }

  /// The major faults of pages that had never been in memory: what a start reads from storage on any host.
  public var firstReads: UInt64 {
    counters.majorFaults - min(counters.refaults.sum, counters.majorFaults)
  }

  /// How a service became warm.
  public struct WarmUp: Sendable, Hashable {
    /// The most major faults in a second.
    public let mostRate: Double
    /// How long it was from its start until they were few for good, in nanoseconds; nothing where they never
    /// were.
    public let nanoseconds: UInt64?
  }

  /// How a service became warm: few major faults are a tenth of the most that it had, or no more than one host
  /// should have in any case.
  public func warmUp(of service: Int) -> WarmUp? {
    let about = services[service]
    guard samples.count > 1, let most = about.majorSeries.max(), most > 0 else { return nil }
    let step = Double(samples[1].at - samples[0].at) / 1e9
    let few = max(UInt64(PressureDiagnosis.manyMajorFaults * step), most / 10)
    let last = about.majorSeries.lastIndex { $0 > few } ?? 0
    let at = samples[last].at
    let isWarm = last + 1 < about.majorSeries.count
    return WarmUp(
      mostRate: Double(most) / max(step, 1e-9),
      nanoseconds: isWarm ? at - min(about.startNanoseconds, at) : nil)
  }

  /// The working sets of all services that live.
  public var workingSetBytes: UInt64 {
    services.reduce(0) { $0 + ($1.killedAt == nil ? $1.workingSetBytes : 0) }
  }
}
