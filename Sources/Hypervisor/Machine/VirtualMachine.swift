public import Costs
import HostMemory
public import Paging

/// A virtual machine: memory slots, the second stage's tables, and virtual processors.
///
/// It is handed the host that it runs on by each call, as a processor is handed its memory. What it does
/// depends on nothing but the calls.
public struct VirtualMachine: ~Copyable {
  /// What the machine is made of.
  public let configuration: MachineConfiguration
  /// The machine's memory and devices, in the order of their addresses.
  public let slots: [Slot]
  /// What the hypervisor does where it has a choice.
  public var policy: Policy
  /// Whether a device that is passed through holds all memory where it is.
  public internal(set) var isPinned = false
  /// What KVM would count.
  public internal(set) var counters = FaultCounters()
  /// What Linux would count of its large pages.
  public internal(set) var largePages = LargePageCounters()
  /// The second stage's tables.
  var tables: HostTables
  /// The runs of frames that the tables were given.
  var tableRuns: [FrameNumber]
  /// The entries of the pages that faults map.
  let templates: PageTemplates
  /// What the host has behind each page.
  var backing: Backing
  /// The record of each slot's guest-physical address 0, if the slot reached down to it.
  let recordBases: [Int]
  /// The slot that was found last.
  var latestSlot = 0
  /// The virtual processors, and behind them one that never runs a guest's tables.
  var processors: Row<VirtualProcessor>
  var tally: Tally
  /// What is logged of writes to each slot; nothing at all while none is logged.
  var dirtyLogs: [DirtyLog?] = []
  /// What dirty logging met beyond faults.
  public internal(set) var dirty = DirtyCounters()
  /// The entries of each processor's page-modification log; none while there are none.
  var buffers: [[UInt64]] = []
  /// The entries of each processor's dirty ring; none while there are none.
  var rings: [[UInt64]] = []
  /// Whether processors have page-modification logs in use.
  var hasModificationLogs = false
  /// How many entries fill a dirty ring, while there are rings.
  var ringLimit: Int?
  /// Whether a full ring is emptied alone, and not with those of all processors: as QEMU does it while a
  /// dirty limit is on, for a ring that others empty is never full.
  package var emptiesFullRingAlone = false
  /// Whether anything is kept for each processor while it runs.
  var tracksByProcessor = false
  /// The processor whose exit is being handled.
  var loggingProcessor = 0
  /// The guest's tables that each processor runs.
  var guests: [GuestRoot?]
  /// Where the words of pages that guests' tables lie in are, for those who edit them from outside.
  var content: HostTables?
  /// The pages of storage that ``content`` was given.
  var contentPages: [Range<UInt64>] = []
  /// Whether invalidations are counted and not carried out: a broken hypervisor, for tests that must
  /// notice it.
  package var losesFlushes = false
  /// Whether pages may have lost their rights for a while, so that an access to them is seen.
  var hasRevoked = false

  /// A machine on a host, with nothing mapped.
  public init(_ configuration: MachineConfiguration, on host: inout Host) throws(MachineError) {
    guard configuration.processors > 0 else { throw .empty("processors") }
    guard configuration.host.shape.pageShift == 12 else {
      throw .unsupportedGranule(configuration.host)
    }
    let slots = configuration.slots.sorted { $0.start < $1.start }
    let recordBases = try Self.recordBases(slots, configuration)
    guard let run = host.frames.allocate(Self.tableChunk, node: configuration.policy.node) else {
      throw .noFramesForTables
    }
    let tables = try Self.emptyTables(configuration, in: run, on: &host)
    let root = tables.root
    let last = configuration.processors
    let processors: Row<VirtualProcessor>
    do throws(MachineError) {
      processors = try Row(count: last + 1) { number throws(MachineError) in
        try Self.processor(configuration, root, guest: nil, isPhysical: number == last)
      }
    } catch {
      host.release(run)
      throw error
    }
    self.configuration = configuration
    policy = configuration.policy
    self.slots = slots
    self.recordBases = recordBases
    backing = Backing(pages: Self.records(slots))
    templates = PageTemplates(tables)
    self.tables = tables
    tableRuns = [run]
    self.processors = processors
    guests = Array(repeating: nil, count: configuration.processors)
    tally = Tally()
  }

  /// How many virtual processors there are.
  public var processorCount: Int { processors.count - 1 }

  /// The counts of events and components so far.
  public var ledger: Ledger { tally.ledger }

  /// Where the second stage's tables start.
  public var root: HostRoot { tables.root }

  /// The frames of the second stage's tables.
  public var tableFrames: TableFrames { tables.frames }

  /// Lets a virtual processor translate through a guest's tables, or through none.
  public mutating func run(_ guest: GuestRoot?, processor: Int) throws(MachineError) {
    precondition(
      processor >= 0 && processor < processorCount, "there is no virtual processor \(processor)")
    processors[processor] = try Self.processor(configuration, root, guest: guest)
    guests[processor] = guest
  }

  private static let gigabyte: UInt64 = 1 << 30

  /// Where each slot's records begin: slots don't share those of a gigabyte.
  private static func recordBases(
    _ slots: [Slot], _ configuration: MachineConfiguration
  ) throws(MachineError) -> [Int] {
    guard !slots.isEmpty else { throw .empty("slots") }
    var bases: [Int] = []
    var next = 0
    var end: UInt64 = 0
    let bits = configuration.inputBits ?? configuration.host.shape.inputBits
    for slot in slots {
      guard slot.start.isAligned(to: 4096), slot.bytes % 4096 == 0, slot.bytes > 0 else {
        throw .misalignedSlot(start: slot.start, bytes: slot.bytes)
      }
      guard slot.start.value >= end else { throw .overlappingSlots(start: slot.start) }
      guard slot.end > slot.start.value, (slot.end - 1) >> UInt64(bits) == 0 else {
        throw .slotBeyond(start: slot.start, bits: bits)
      }
      end = slot.end
      bases.append(next - Int((slot.start.value & ~(gigabyte - 1)) >> 12))
      next += records(slot)
    }
    return bases
  }

  private static func records(_ slot: Slot) -> Int {
    guard slot.kind.isMemory else { return 0 }
    let start = slot.start.value & ~(gigabyte - 1)
    let end = (slot.end + gigabyte - 1) & ~(gigabyte - 1)
    return Int((end - start) >> 12)
  }

  private static func records(_ slots: [Slot]) -> Int { slots.reduce(0) { $0 + records($1) } }

  /// The bytes of frames that tables are given at a time.
  static let tableChunk = FrameOrder.large

  private static func emptyTables(
    _ configuration: MachineConfiguration, in run: FrameNumber, on host: inout Host
  ) throws(MachineError) -> HostTables {
    do {
      return try HostTables(
        configuration.host, at: HostPhysical(run.address), bytes: tableChunk.bytes,
        inputBits: configuration.inputBits, in: &host.memory)
    } catch {
      host.release(run)
      throw .tables(error)
    }
  }

  private static func processor(
    _ configuration: MachineConfiguration, _ root: HostRoot, guest: GuestRoot?,
    isPhysical: Bool = false
  ) throws(MachineError) -> VirtualProcessor {
    do {
      switch configuration.host.isa {
      case .x86:
        var registers = try X86Registers(
          guest: guest, host: root, eptFlags: configuration.hasEPTFlags)
        registers.maxphyaddr = 48
        registers.vpid = 1
        registers.guestASID = 1
        registers.isPhysical = isPhysical || guest == nil && configuration.addressesPhysically
        return VirtualProcessor(try VirtualProcessor.Core(.x86, x86: registers), configuration.core)
      case .arm:
        let lower = guest.flatMap { $0.isUpperHalf ? nil : $0 }
        let upper = guest.flatMap { $0.isUpperHalf ? $0 : nil }
        var registers = try ArmRegisters(guest: lower, upper: upper, host: root)
        // VTCR_EL2: HA is bit 21, HD 22; TCR_EL1: HA is bit 39, HD 40.
        if configuration.setsAccessedFlags {
          let dirty = configuration.setsDirtyFlags
          registers.vtcrEL2 |= 1 << 21 | (dirty ? 1 << 22 : 0)
          registers.tcrEL1 |= 1 << 39 | (dirty ? 1 << 40 : 0)
        }
        return VirtualProcessor(try VirtualProcessor.Core(.arm, arm: registers), configuration.core)
      case .riscv:
        var registers = try RISCVRegisters(guest: guest, host: root)
        if configuration.setsAccessedFlags {
          registers.menvcfg |= 1 << 61
          registers.henvcfg |= 1 << 61
        }
        return VirtualProcessor(
          try VirtualProcessor.Core(.riscv, riscv: registers), configuration.core)
      }
    } catch {
      throw .registers(error)
    }
  }
}
