import Costs
import HostMemory
import Hypervisor
import Paging

/// A machine whose writes are logged, with its host.
struct LoggedMachine: ~Copyable {
  private let study: LoggingPhases
  private var host: Host
  private(set) var machine: VirtualMachine
  /// The pages that all scans found accessed.
  private(set) var accessedPages: UInt64 = 0
  /// How many small pages' entries were read ahead; kept so that they are read.
  private var presentAhead = 0
  /// What is counted beside the machine's own work: bitmaps that are copied.
  private var besides = Ledger()

  init(_ study: LoggingPhases) throws(MachineError) {
    let bytes = study.bytes ?? 0
    // A 256th of the memory holds the tables of its small pages.
    var host = try Host(
      nodeBytes: [(bytes + bytes / 256 + 3 << 30) & ~(1 << 30 - 1)], storageBytes: 0)
    var configuration = MachineConfiguration(study.host, bytes: bytes)
    configuration.processors = study.processors
    configuration.policy.backing = study.backing
    configuration.addressesPhysically = true
    configuration.hasEPTFlags = study.hasAccessFlags
    configuration.setsAccessedFlags = study.hasAccessFlags
    configuration.setsDirtyFlags = study.hasAccessFlags
    machine = try VirtualMachine(configuration, on: &host)
    self.study = study
    self.host = host
  }

  /// Everything that was counted so far.
  var ledger: Ledger {
    var ledger = machine.ledger
    ledger += besides
    return ledger
  }

  private func start(_ processor: Int) -> UInt64 { UInt64(processor) * study.bytesPerProcessor }

  /// Lets a processor write to all its pages: to one of each that is mapped, for no other write faults.
  mutating func populate(_ processor: Int) throws(LoggingPhasesError) {
    let end = start(processor) + study.bytesPerProcessor
    var address = start(processor)
    while address < end {
      let before = machine.counters
      try touch(processor, .write, at: address)
      let after = machine.counters
      let order: FrameOrder =
        after.pages1G > before.pages1G ? .huge : after.pages2M > before.pages2M ? .large : .small
      address = (address & ~(order.bytes - 1)) + order.bytes
    }
  }

  /// Begins to log writes.
  mutating func enable() throws(LoggingPhasesError) {
    do throws(MachineError) {
      try machine.startDirtyLog(
        slot: 0, splitting: study.splitting?.splitting(on: study.host), mechanism: study.mechanism,
        on: &host)
    } catch {
      throw .machine(error)
    }
  }

  /// Lets a processor write to some of its pages.
  mutating func write(_ processor: Int, iteration: Int) throws(LoggingPhasesError) {
    try touch(processor, .write, iteration: iteration)
  }

  /// Lets a processor read the pages that it wrote in an iteration.
  mutating func read(_ processor: Int, iteration: Int) throws(LoggingPhasesError) {
    try touch(processor, .read, iteration: iteration)
  }

  /// Finds what was accessed, and marks it as idle.
  ///
  /// No cache is told, as Linux leaves it.
  mutating func scan() {
    accessedPages &+= UInt64(
      machine.scanAccessed(slot: 0, flush: .never, on: &host).accessed.count)
  }

  private mutating func touch(
    _ processor: Int, _ access: Access.Kind, iteration: Int
  ) throws(LoggingPhasesError) {
    let first = start(processor)
    let seed = study.seed &+ UInt64(iteration) << 32 &+ UInt64(processor) << 16
    let pages = WrittenPages(
      study.writtenPerProcessor, of: study.pagesPerProcessor, seed: seed)
    var ahead: [GuestPhysical] = []
    ahead.reserveCapacity(Self.readAhead)
    for page in pages {
      ahead.append(GuestPhysical(first + page << 12))
      if ahead.count == Self.readAhead { try touch(processor, access, &ahead) }
    }
    try touch(processor, access, &ahead)
  }

  /// So many pages' entries are read before the first of the pages is touched.
  private static let readAhead = 32

  /// Touches pages whose entries are far apart, and forgets them.
  private mutating func touch(
    _ processor: Int, _ access: Access.Kind, _ pages: inout [GuestPhysical]
  ) throws(LoggingPhasesError) {
    presentAhead &+= machine.readAhead(pages, on: host)
    for page in pages { try touch(processor, access, at: page.value) }
    pages.removeAll(keepingCapacity: true)
  }

  private mutating func touch(
    _ processor: Int, _ access: Access.Kind, at address: UInt64
  ) throws(LoggingPhasesError) {
    let outcome = machine.touch(
      processor: processor, GuestVirtual(address), Access(access), on: &host)
    guard outcome.end == .arrived else { throw .unexpectedEnd(GuestPhysical(address), outcome.end) }
  }

  /// Asks what was written.
  mutating func get() {
    machine.syncDirty(slot: 0, on: &host)
    guard study.method.hasBitmap else { return }
    // KVM_GET_DIRTY_LOG copies the bitmap to user space.
    let words = (machine.slots[0].bytes >> 12 + 63) >> 6
    besides.use(.copyByte, words * 8, for: .work(.collect))
  }

  /// The pages that are known to be written.
  var dirtyPages: UInt64 { machine.dirtyPages(slot: 0).map { UInt64($0.count) } ?? 0 }

  /// Forgets what was written.
  mutating func clear() {
    guard let pages = machine.dirtyPages(slot: 0) else { return }
    machine.clearDirty(pages, slot: 0, chunkBytes: study.chunkBytes, on: &host)
  }

  /// Ends logging.
  mutating func disable() { machine.stopDirtyLog(slot: 0, recovery: study.recovery, on: &host) }
}
