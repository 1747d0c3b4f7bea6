public import HostMemory
public import Hypervisor
public import Paging

/// The phases of a machine whose writes are logged, in the terms of Linux's `dirty_log_perf_test`:
/// populate, enable, then (dirty, get, clear) over and over, and disable.
///
/// Each processor has memory of its own, side by side in one slot, and writes to nobody else's.
public struct LoggingPhases: Sendable, Hashable {
  /// When large pages are split, and how.
  public enum Splitting: String, Sendable, Hashable, CaseIterable {
    /// When their writes begin to be logged, all of them.
    case eager
    /// At the first write, as the architecture's KVM does it: on Arm the block is broken and one small
    /// page mapped, elsewhere all its small pages are.
    case lazy
    /// At the first write, which maps all small pages.
    case filling = "fill"
    /// At the first write, which maps the one page that is written.
    case breaking = "break"

    /// What a migration says of large pages.
    public init(_ splitting: LogSplitting) {
      self =
        switch splitting {
        case .eager: .eager
        case .onFault: .filling
        case .breaking: .breaking
        }
    }

    /// What becomes of large pages on tables of a format.
    public func splitting(on host: HostFormat) -> LogSplitting {
      switch self {
      case .eager: .eager
      case .lazy: host.isa == .arm ? .breaking : .onFault
      case .filling: .onFault
      case .breaking: .breaking
      }
    }
  }

  /// The format of the second stage's tables.
  public var host: HostFormat
  /// How many processors write.
  public var processors = 1
  /// The memory of each.
  public var bytesPerProcessor: UInt64 = 1 << 30
  /// The largest pages of the host.
  public var backing = FrameOrder.large
  /// How writes are logged.
  public var method = LoggingMethod.writeProtection
  /// When large pages are split; KVM's way on the architecture if nothing is chosen.
  public var splitting: Splitting?
  /// How large pages come back when logging ends; KVM's way on the architecture if nothing is chosen.
  public var recovery: LogRecovery?
  /// How often writes are made, got and cleared.
  public var iterations = 2
  /// The part of each processor's pages that it writes in an iteration, in billionths.
  public var writtenBillionths: UInt64 = 1_000_000_000
  /// Whether the processors write once more while logging ends.
  public var keepsWriting = false
  /// Whether every iteration ends with a scan for what was accessed, behind which the processors read what
  /// they wrote: Linux's `access_tracking_perf_test` beside the log.
  public var scansAccess = false
  /// Whether the hardware sets accessed flags at the second stage: EPT's, Arm's HA, RISC-V's Svadu.
  ///
  /// Without it an access to an idle page faults.
  public var hasAccessFlags = true
  /// The entries of each processor's ring.
  public var ringEntries = 65_536
  /// The bytes of memory that are cleared at once; all if nothing is chosen, and 1 GiB with manual
  /// protection, as QEMU does.
  public var clearBytes: UInt64?
  /// How processors share the lock that faults are resolved under; KVM's way on the architecture if
  /// nothing is chosen.
  public var lock: FaultLock?
  /// The seed of what is written.
  public var seed: UInt64 = 1

  /// The phases of a machine with tables of a format.
  public init(_ host: HostFormat) { self.host = host }

  /// The most processors.
  public static let mostProcessors = 1024
  /// The most memory of a machine: 4 TiB.
  public static let mostBytes: UInt64 = 1 << 42
  /// The most iterations.
  public static let mostIterations = 1000

  /// The memory of all processors; nothing if it has no end.
  var bytes: UInt64? {
    let product = bytesPerProcessor.multipliedReportingOverflow(by: UInt64(max(processors, 0)))
    return product.overflow ? nil : product.partialValue
  }

  /// The pages of 4 KiB of each processor.
  public var pagesPerProcessor: UInt64 { bytesPerProcessor >> 12 }

  /// The pages that each processor writes in an iteration, rounded to the next whole one.
  public var writtenPerProcessor: UInt64 {
    let product = UInt128(pagesPerProcessor) * UInt128(writtenBillionths)
    return UInt64((product + 500_000_000) / 1_000_000_000)
  }

  /// The mechanism that logs writes.
  var mechanism: DirtyMechanism { method.mechanism(ringEntries: ringEntries) }

  /// The bytes that are cleared at once; all where there is nothing.
  var chunkBytes: UInt64? { clearBytes ?? (method == .manual ? 1 << 30 : nil) }

  /// What is wrong with the numbers, each as a sentence.
  public var problems: [String] {
    var problems: [String] = []
    if !(1...Self.mostProcessors).contains(processors) {
      problems.append(
        "\(processors) processors are to write: it must be from 1 to \(Self.mostProcessors).")
    }
    if bytesPerProcessor == 0 || bytesPerProcessor % 4096 != 0 {
      problems.append(
        "Each processor has \(bytesPerProcessor) bytes: it must be a multiple of 4 KiB above 0.")
    } else if processors > 0, bytes.map({ $0 > Self.mostBytes }) ?? true {
      problems.append("All processors together have more than 4 TiB, which is the most.")
    }
    if !(0...Self.mostIterations).contains(iterations) {
      problems.append(
        "\(iterations) iterations are asked for: it must be from 0 to \(Self.mostIterations).")
    }
    if writtenBillionths > 1_000_000_000 {
      problems.append("More than all pages are to be written: it must be at most 100 %.")
    }
    if let clearBytes, clearBytes < 64 << 12 || clearBytes % (64 << 12) != 0 {
      problems.append(
        "\(clearBytes) bytes are to be cleared at once: it must be a multiple of 256 KiB, a word of the"
          + " bitmap.")
    }
    if host.shape.pageShift != 12 {
      problems.append("\(host) is refused: the model's frames are of 4 KiB.")
    }
    return problems + methodProblems
  }

  /// What the architecture doesn't have.
  private var methodProblems: [String] {
    var problems: [String] = []
    if method.logsModifications, host != .ept4 && host != .ept5 || !hasAccessFlags {
      problems.append("\(MachineError.noModificationLog(host))")
    }
    if method == .flags, !hasAccessFlags { problems.append("\(MachineError.noDirtyFlags(host))") }
    if !hasAccessFlags, host == .npt4 || host == .npt5 {
      problems.append("\(host) tables always have accessed flags: it must be with them.")
    }
    // 64 entries are kept free, and with a page-modification log as many as that has.
    if let problem = mechanism.ringProblem { problems.append(problem) }
    return problems
  }
}
