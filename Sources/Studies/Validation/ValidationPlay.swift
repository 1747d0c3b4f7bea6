public import Costs
public import HostMemory
public import Hypervisor
public import Paging

/// What is played for a prediction, and which number of it counts.
public enum ValidationPlay: Sendable, Hashable {
  /// What is told of a nested guest's fault.
  public enum NestedCount: String, Sendable, Hashable, CaseIterable {
    /// The switches between levels of virtualisation.
    case switches
    /// Those of them that are exits to L0.
    case exits
    /// What all switches cost.
    case time
  }

  /// What is told of the first touches of pages.
  public enum TouchCount: String, Sendable, Hashable, CaseIterable {
    /// The faults of the second stage.
    case faults
    /// The table reads of one walk that arrives.
    case reads
    /// What some components of the faults cost.
    case time
  }

  /// What is told of a population by several processors.
  public enum PopulationCount: String, Sendable, Hashable, CaseIterable {
    /// The faults of the second stage.
    case faults
    /// Those of them that found nothing, each of which made a page.
    case pages
    /// Those that found another processor's entry.
    case spurious
    /// How long it takes until all are done.
    case time
  }

  /// What is told of a dirty log.
  public enum LogCount: String, Sendable, Hashable, CaseIterable {
    /// The entries of 4 KiB that its start leaves where large pages were.
    case entries
    /// The faults of one write to each page of 4 KiB.
    case faults
    /// What these faults cost, without the walks of writes that arrive.
    case time
  }

  /// What is told of a host's watermarks.
  public enum WatermarkCount: String, Sendable, Hashable, CaseIterable {
    /// `vm.min_free_kbytes`.
    case minimum
    /// The gap between two watermarks of the last zone, in parts of 10,000 of the zone, rounded.
    case gap
  }

  /// A page fault of a nested guest.
  case nested(NestingScheme, NestedCount, CostProfile)
  /// Pages that are touched for the first time, on tables of a format.
  case touch(
    HostFormat, pages: UInt64, backing: FrameOrder, TouchCount, CostProfile, [Component])
  /// The sum of some components' prices.
  case prices(CostProfile, [Component])
  /// The entries that map so much memory in pages of one size and, with a component, what it costs to
  /// use that once for each.
  case entries(HostFormat, bytes: UInt64, pageBytes: UInt64, at: Component?, CostProfile)
  /// A machine in pages of one size whose writes are logged and, with a component, what it costs to use
  /// that once for each that is counted.
  case log(
    HostFormat, bytes: UInt64, backing: FrameOrder, LogSplitting, LogCount, at: Component?,
    CostProfile)
  /// Processors that do the same over and over, a part of it under one lock.
  case queue(processors: Int, rounds: UInt64, fit: [ValidationPoint])
  /// Processors of one machine that write to so many pages each, their own or all the same.
  case population(
    processors: Int, pages: UInt64, isShared: Bool, StormPolicy.FaultPath, PopulationCount,
    CostProfile)
  /// The watermarks of a host with so much memory, in the zones of x86-64 or in one.
  case watermarks(bytes: UInt64, inZones: Bool, hasHugePages: Bool, WatermarkCount)
  /// So many bytes over a link; with a published time, what that took beside its bytes is added.
  case transfer(bytes: UInt64, bitsPerSecond: UInt64, fit: ValidationTransfer?)
  /// So many machines restored at once, each with so many bytes from one storage whose bandwidth a row has;
  /// one alone took so long.
  case restores(
    machines: Int, bytes: UInt64, bitsPerSecond: UInt64, rateRow: String, fit: ValidationPoint)
  /// Two threads on one processor, of which one may work while the other waits: as long as the longer one
  /// takes alone, at best. The first took so long alone, and both did one after the other.
  case overlap(alone: ValidationPoint, both: ValidationPoint)
  /// Threads that share work of which nothing is serial.
  case threads(Int, fit: ValidationPoint)
}

/// A published time that a play is fitted to.
public struct ValidationPoint: Sendable, Hashable {
  /// How many processors or threads.
  public let processors: Int
  /// How long they took, in picoseconds.
  public let picoseconds: UInt64
  /// The row that says so.
  public let row: String

  /// A published time.
  public init(processors: Int, picoseconds: UInt64, row: String) {
    self.processors = processors
    self.picoseconds = picoseconds
    self.row = row
  }
}
