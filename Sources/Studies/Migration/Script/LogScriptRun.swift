import HostMemory
public import Hypervisor
public import Paging

/// A machine to which the steps of a script happen.
public struct LogScriptRun: ~Copyable {
  /// What is told of a dirty log.
  public struct Answer: Sendable, Hashable {
    /// The runs of pages that were written.
    public let pages: [ClosedRange<UInt64>]
    /// How often a ring was full since the last time.
    public let ringFullExits: UInt64

    /// How many pages were written.
    public var count: UInt64 { pages.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }
  }

  private var host: Host
  private var machine: VirtualMachine
  private let splitting: LogSplitting?
  private let pages: UInt64
  private let ringEntries: Int
  private var mode: LogScriptStep.Mode?
  private var told: SlotPages?
  private var fullExits: UInt64 = 0

  /// The run of a script that begins with a step, which must make a machine, on tables of a format.
  public init(
    _ first: LogScriptStep, _ format: HostFormat, splitting: LogSplitting? = nil
  ) throws(LogScriptError) {
    guard case .machine(let pages, let backing, let processors, let entries) = first else {
      throw .tooEarly(first.verb, needs: "machine")
    }
    do throws(MachineError) {
      var host = try Host(nodeBytes: [2 << 30], storageBytes: 0)
      var configuration = MachineConfiguration(format, bytes: pages << 12)
      configuration.processors = processors
      configuration.policy.backing = backing
      configuration.addressesPhysically = true
      machine = try VirtualMachine(configuration, on: &host)
      self.host = host
    } catch {
      throw .machine(error)
    }
    self.splitting = splitting
    self.pages = pages
    ringEntries = entries
  }

  /// Makes a step; what it tells, where it asks.
  public mutating func make(_ step: LogScriptStep) throws(LogScriptError) -> Answer? {
    switch step {
    case .machine: throw .anotherMachine
    case .write(let processor, let ranges):
      guard processor < machine.processorCount else {
        throw .noProcessor(processor, count: machine.processorCount)
      }
      for range in ranges { try write(range, processor) }
    case .start(let mode): try start(mode)
    case .get: return try get()
    case .clear(let range): try clear(range)
    case .stop:
      machine.stopDirtyLog(slot: 0, on: &host)
      mode = nil
      told = nil
    }
    return nil
  }

  private mutating func write(_ range: ClosedRange<UInt64>, _ processor: Int) throws(LogScriptError)
  {
    guard range.upperBound < pages else { throw .beyond(range.upperBound, pages: pages) }
    for page in range {
      let outcome = machine.touch(
        processor: processor, GuestVirtual(page << 12), Access(.write), on: &host)
      guard outcome.end == .arrived else { throw .unwritten(page) }
    }
  }

  private mutating func start(_ mode: LogScriptStep.Mode) throws(LogScriptError) {
    let mechanism: DirtyMechanism =
      switch mode {
      case .writeProtection, .manual: .writeProtection
      case .allSet: .initiallyAllSet
      case .flags: .flags
      case .modificationLog: .modificationLog
      case .ring: .ring(entries: ringEntries)
      }
    guard mode != .ring || ringEntries > 0 else { throw .noRings }
    do throws(MachineError) {
      try machine.startDirtyLog(
        slot: 0, splitting: splitting, mechanism: mechanism, on: &host)
    } catch {
      throw .machine(error)
    }
    self.mode = mode
  }

  private mutating func get() throws(LogScriptError) -> Answer {
    guard let mode else { throw .tooEarly("get", needs: "start") }
    let found: SlotPages?
    if mode == .manual || mode == .allSet {
      machine.syncDirty(slot: 0, on: &host)
      found = machine.dirtyPages(slot: 0)
    } else {
      found = machine.collectDirty(slot: 0, on: &host)
    }
    told = found
    let exits = machine.dirty.ringFullExits
    defer { fullExits = exits }
    var runs: [ClosedRange<UInt64>] = []
    for page in 0..<pages where found?.contains(GuestPhysical(page << 12)) == true {
      if let last = runs.last, last.upperBound + 1 == page {
        runs[runs.count - 1] = last.lowerBound...page
      } else {
        runs.append(page...page)
      }
    }
    return Answer(pages: runs, ringFullExits: exits - fullExits)
  }

  private mutating func clear(_ range: ClosedRange<UInt64>) throws(LogScriptError) {
    guard let told, mode == .manual || mode == .allSet else {
      throw .tooEarly("clear", needs: "get” of “manual” or “all-set")
    }
    guard range.upperBound < pages else { throw .beyond(range.upperBound, pages: pages) }
    let addresses =
      GuestPhysical(range.lowerBound << 12)..<GuestPhysical((range.upperBound + 1) << 12)
    machine.clearDirty(told.clamped(to: addresses), slot: 0, on: &host)
  }
}

extension LogScriptStep {
  /// The first word of its line.
  fileprivate var verb: String {
    switch self {
    case .machine: "machine"
    case .start: "start"
    case .write: "write"
    case .get: "get"
    case .clear: "clear"
    case .stop: "stop"
    }
  }
}
