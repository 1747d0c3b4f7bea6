import Costs
import Guests
import HostMemory
import Hypervisor
import Paging

/// A guest that writes, on the host that it is moved from.
///
/// Its machine is the hypervisor's own, with all faults that the tracking brings. A write that can't
/// fault, for an earlier one to the same page has been let through since, is not played on the machine.
struct WritingGuest: ~Copyable {
  private(set) var host: Host
  private(set) var machine: VirtualMachine
  /// What each page holds, as a number of its own for every write; 0 for zeros.
  private(set) var contents: [UInt32]
  private var lastContent: UInt32
  /// The pages whose next write is let through as the one before was.
  private var settled: PageBits
  /// What the log had the last time that someone asked.
  private var collected: SlotPages?
  private var processors: [WritingProcessor]
  private var times: FaultTimes
  /// Whether one processor at a time resolves a fault, and from when on another one may.
  private let isExclusive: Bool
  private var lockFree: Int64 = 0
  /// What happens when.
  var series: MigrationSeries
  private(set) var writes: UInt64 = 0
  /// The part of its time that each processor sleeps, in percent.
  var throttlePercent = 0
  /// The bytes of new pages a second that a processor may write, while the limit is kept.
  private(set) var dirtyLimit: UInt64?
  private let study: MigrationStudy

  /// How long a throttled processor runs before it sleeps: QEMU's time slice.
  private static let throttleSlice: Int64 = 10_000_000_000

  /// One of a study's machines, whose memory is there.
  static func one(
    of study: MigrationStudy, machine number: Int, defect: MigrationDefect = .none
  ) throws(MigrationError) -> WritingGuest {
    let processors = try Self.processors(study, number)
    do throws(MachineError) {
      return try WritingGuest(study, processors, defect)
    } catch {
      throw .machine(error)
    }
  }

  private init(
    _ study: MigrationStudy, _ processors: [WritingProcessor], _ defect: MigrationDefect
  ) throws(MachineError) {
    let pages = Int(study.memoryBytes >> 12)
    var host = try Self.host(study)
    var configuration = MachineConfiguration(study.host, bytes: study.memoryBytes)
    configuration.processors = study.processors
    configuration.policy.backing = study.backing
    configuration.addressesPhysically = true
    // Without a defect nothing depends on TLBs, and every access walks.
    if defect == .losesFlushes {
      configuration.core = CoreModel.all.first { $0.isa == study.host.isa }
    }
    var machine = try VirtualMachine(configuration, on: &host)
    // What was never written is backed by nothing.
    if study.usedBytes > 0 {
      let used = GuestPhysical(0)..<GuestPhysical(study.usedBytes)
      try machine.populate(.ranges([used]), to: .writing, on: &host)
    }
    machine.keepsRoutes = true
    machine.losesFlushes = defect == .losesFlushes
    self.study = study
    self.host = host
    self.machine = machine
    self.processors = processors
    isExclusive = (study.tracking.lock ?? study.host.usualFaultLock) == .exclusive
    contents = Array(repeating: 0, count: pages)
    for page in 0..<Int(study.usedBytes >> 12) {
      contents[page] = UInt32(truncatingIfNeeded: page + 1)
    }
    lastContent = UInt32(truncatingIfNeeded: pages)
    settled = PageBits(pages: pages)
    times = FaultTimes(study.profile)
    series = MigrationSeries(processors: study.processors)
  }

  /// A host with room for a machine and the tables of its small pages.
  static func host(_ study: MigrationStudy) throws(MachineError) -> Host {
    let bytes = study.memoryBytes
    return try Host(
      nodeBytes: [(bytes + bytes / 128 + 3 << 30) & ~(1 << 30 - 1)], storageBytes: 0)
  }

  /// The processors; each draws from a seed of its own.
  static func processors(
    _ study: MigrationStudy, _ number: Int, at time: Int64 = 0
  ) throws(MigrationError) -> [WritingProcessor] {
    var processors: [WritingProcessor] = []
    for processor in 0..<study.processors {
      do throws(WorkloadError) {
        var writing = WritingProcessor(
          draws: try PageDraws(
            study.writer, processor: processor, of: study.processors,
            seed: study.seed &+ UInt64(number) &* 0x9e37_79b9))
        writing.clock = time
        processors.append(writing)
      } catch {
        throw .writer(error.description)
      }
    }
    return processors
  }

  /// How many pages there are.
  var pages: Int { contents.count }

  /// Everything that was counted so far.
  var ledger: Ledger { machine.ledger }

  /// What the log met beyond faults.
  var dirty: DirtyCounters { machine.dirty }

  // MARK: The log

  /// Begins to track writes, and says how long that takes.
  mutating func startLog() throws(MigrationError) -> Int64 {
    let before = machine.ledger
    do throws(MachineError) {
      try machine.startDirtyLog(
        slot: 0, splitting: study.tracking.splitting, mechanism: study.tracking.mechanism,
        on: &host)
    } catch {
      throw .machine(error)
    }
    machine.removeTakenRoutes()
    let took = FaultTimes.time(machine.ledger.since(before), study.profile)
    hold(at: 0, took)
    // Where all counts as written from the start, the first round is what was found.
    if study.tracking.mechanism == .initiallyAllSet { collected = machine.dirtyPages(slot: 0) }
    return took
  }

  /// Keeps the lock for a while, where one at a time has it.
  private mutating func hold(at time: Int64, _ picoseconds: Int64) {
    if isExclusive { lockFree = max(lockFree, time) + picoseconds }
  }

  /// The pages that were written since they were cleared, all of which are cleared, and how long that
  /// takes; with manual protection they stay as they are until they are cleared in chunks.
  mutating func collect(at time: Int64) -> (pages: PageBits, picoseconds: Int64) {
    let before = machine.ledger
    let logged: SlotPages?
    if study.tracking.mechanism == .initiallyAllSet {
      machine.syncDirty(slot: 0, on: &host)
      logged = machine.dirtyPages(slot: 0)
    } else {
      logged = machine.collectDirty(slot: 0, on: &host)
      settled.removeAll()
    }
    machine.removeTakenRoutes()
    collected = logged
    let pages = logged.map { PageBits($0) } ?? PageBits(pages: contents.count)
    let took = FaultTimes.time(machine.ledger.since(before), study.profile)
    hold(at: time, took)
    return (pages, took)
  }

  /// Clears the log of a chunk of memory, and says how long that takes.
  ///
  /// Only what was found the last time is cleared: what was written since is not known to anyone yet.
  mutating func clear(_ range: Range<Int>, at time: Int64) -> Int64 {
    guard let logged = collected else { return 0 }
    let before = machine.ledger
    let bounds =
      GuestPhysical(
        UInt64(range.lowerBound) << 12)..<GuestPhysical(
        UInt64(range.upperBound) << 12)
    machine.clearDirty(logged.clamped(to: bounds), slot: 0, on: &host)
    settled.removeAll()
    machine.removeTakenRoutes()
    let took = FaultTimes.time(machine.ledger.since(before), study.profile)
    hold(at: time, took)
    return took
  }

  // MARK: Running

  /// Lets all processors run up to a moment; what they fault on comes in the order of time.
  mutating func run(to end: Int64) throws(MigrationError) {
    for processor in processors.indices { runFreely(processor, to: end) }
    while let processor = firstFaulting, let page = processors[processor].pending {
      let clock = processors[processor].clock
      processors[processor].pending = nil
      lastContent &+= 1
      contents[page] = lastContent
      writes += 1
      series.add(1, to: .writes, at: clock)
      var step = processors[processor].draws.interval(at: clock).interval ?? 0
      // Another processor may have made the page writable by now.
      if !settled[page] { step += try fault(processor, page, at: clock) }
      processors[processor].clock = clock + step
      if throttlePercent > 0 { sleep(processor, after: step) }
      runFreely(processor, to: end)
    }
  }

  /// The processor whose write that may fault is the first.
  private var firstFaulting: Int? {
    var first: Int?
    for processor in processors.indices where processors[processor].pending != nil {
      if let found = first, processors[found].clock <= processors[processor].clock { continue }
      first = processor
    }
    return first
  }

  /// Runs a processor up to a moment, or until it writes to a page that may fault.
  private mutating func runFreely(_ processor: Int, to end: Int64) {
    var count: Int64 = 0
    let start = processors[processor].clock
    while processors[processor].clock < end {
      let clock = processors[processor].clock
      let (interval, until) = processors[processor].draws.interval(at: clock)
      guard let interval else {
        // It sleeps until its pattern changes.
        processors[processor].clock = min(until, end)
        continue
      }
      let page = processors[processor].draws.next()
      guard settled[page] else {
        processors[processor].pending = page
        break
      }
      count += 1
      lastContent &+= 1
      contents[page] = lastContent
      processors[processor].clock = clock + interval
      if throttlePercent > 0 { sleep(processor, after: interval) }
    }
    guard count > 0 else { return }
    series.add(count, to: .writes, at: min(start, end - 1))
    writes += UInt64(count)
  }

  /// Stops all processors from a moment to another.
  mutating func stop(from start: Int64, to end: Int64) {
    series.lose(end - start, to: .stopped, from: start, times: Int64(processors.count))
  }

  /// Makes a write on the machine, and says for how long that keeps the processor.
  private mutating func fault(
    _ processor: Int, _ page: Int, at clock: Int64
  ) throws(MigrationError) -> Int64 {
    let before = machine.dirty
    let address = UInt64(page) << 12
    let outcome = machine.touch(
      processor: processor, GuestVirtual(address), .write, on: &host)
    guard outcome.end == .arrived else {
      throw .unexpectedEnd(GuestPhysical(address), outcome.end)
    }
    var time: Int64 = 0
    if outcome.exits > 0, let routes = machine.routes {
      for number in routes.taken {
        let parts = times.parts(number, routes)
        time += parts.before
        if isExclusive, parts.under > 0 {
          let wait = max(0, lockFree - clock - time)
          time += wait
          lockFree = clock + time + parts.under
        }
        time += parts.under + parts.after
      }
      machine.removeTakenRoutes()
    }
    let after = machine.dirty
    if after != before { time += logTime(before, after) }
    var asleep: Int64 = 0
    if outcome.exits > 0 { processors[processor].limitedPages += 1 }
    if after.ringFullExits != before.ringFullExits {
      settled.removeAll()
      asleep = limit(processor, at: clock + time)
    } else {
      settled.insert(page)
    }
    if outcome.exits > 0 || after.transitions != before.transitions {
      series.add(1, to: .dirtied, at: clock)
    }
    if time > 0 { series.lose(time, to: .faults, from: clock) }
    if asleep > 0 { series.lose(asleep, to: .asleep, from: clock + time) }
    return time + asleep
  }

  /// What logs and rings took that no fault's route has.
  private func logTime(_ before: DirtyCounters, _ after: DirtyCounters) -> Int64 {
    let full = Int64(after.logFullExits - before.logFullExits)
    let rings = Int64(after.ringFullExits - before.ringFullExits)
    let drained = Int64(after.drainedEntries - before.drainedEntries)
    return full * times.logFull + rings * times.ringFull
      + drained * (rings > 0 ? times.ringEntry : times.loggedEntry)
  }

  /// Keeps each processor to so many bytes of new pages a second from a moment on.
  ///
  /// From then on only the ring that is full is emptied. Were the others emptied with it, as they are
  /// without a limit, processors would hardly ever fill theirs and sleep.
  mutating func limitWrites(to bytesPerSecond: UInt64, from time: Int64) {
    guard dirtyLimit == nil else { return }
    dirtyLimit = bytesPerSecond
    machine.emptiesFullRingAlone = true
    for processor in processors.indices {
      processors[processor].limitedSince = max(time, processors[processor].clock)
      processors[processor].limitedPages = 0
    }
  }

  /// How long a processor whose ring is full sleeps until all its new pages keep to the limit: those of
  /// its ring, and those that a collection has taken from it since it slept last.
  private mutating func limit(_ processor: Int, at time: Int64) -> Int64 {
    guard let dirtyLimit else { return 0 }
    let bytes = UInt128(processors[processor].limitedPages) * 4096
    let least = Int64(clamping: bytes * 1_000_000_000_000 / UInt128(max(1, dirtyLimit)))
    let asleep = max(0, least - (time - processors[processor].limitedSince))
    processors[processor].limitedSince = time + asleep
    processors[processor].limitedPages = 0
    return asleep
  }

  /// Lets a throttled processor sleep when its slice is over.
  private mutating func sleep(_ processor: Int, after step: Int64) {
    processors[processor].ran += step
    guard processors[processor].ran >= Self.throttleSlice else { return }
    let asleep =
      processors[processor].ran / Int64(100 - throttlePercent) * Int64(throttlePercent)
    processors[processor].ran = 0
    series.lose(asleep, to: .asleep, from: processors[processor].clock)
    processors[processor].clock += asleep
  }
}
