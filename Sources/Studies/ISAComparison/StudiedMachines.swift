import Costs
import HostMemory
import Hypervisor
import Paging

/// The machines of one column of a comparison, at their work.
struct StudiedMachines: ~Copyable {
  private let study: ISAComparison
  private var host: Host
  /// The one that was loaded, and those that were forked from it.
  private var original: LoadedMachine
  private var copies: Row<VirtualMachine>
  /// What was done before took: populating the memory, or starting the log.
  private(set) var preparation: Ledger
  /// What was counted before the work that is measured.
  private var before: Ledger

  init(_ study: ISAComparison, _ guest: GuestFormat, _ format: HostFormat)
    throws(ISAComparisonError)
  {
    do throws(MachineError) {
      self = try Self.made(study, guest, format)
    } catch {
      throw .machine(error)
    }
  }

  private init(
    _ study: ISAComparison, _ host: consuming Host, _ original: consuming LoadedMachine,
    _ copies: consuming Row<VirtualMachine>
  ) {
    self.study = study
    self.host = host
    self.original = original
    self.copies = copies
    preparation = Ledger()
    before = Ledger()
  }

  private static func made(
    _ study: ISAComparison, _ guest: GuestFormat, _ format: HostFormat
  ) throws(MachineError) -> Self {
    // The machines' own memory once more, for the second stage's tables and what is on the way.
    let memory = study.memoryBytes * UInt64(study.machineCount)
    var host = try Host(bytes: memory + memory / 4 + 1 << 30)
    var original = try LoadedMachine(study, guest, format, on: &host)
    let copies = try Row(count: study.machineCount - 1) { _ throws(MachineError) in
      try original.fork(on: &host)
    }
    var machines = Self(study, host, original, copies)
    try machines.prepare()
    return machines
  }

  private mutating func prepare() throws(MachineError) {
    if study.workload == .dirtyLog {
      try original.machine.populate(.all, to: .writing, on: &host)
    }
    let start = ledger
    if study.workload == .dirtyLog {
      let splitting = study.splitting ?? original.machine.usualLogSplitting
      try original.machine.startDirtyLog(slot: 0, splitting: splitting, on: &host)
      preparation = ledger.since(start)
    }
    guard let depth = study.population else { return }
    try original.machine.populate(.all, to: depth, on: &host)
    for number in 0..<copies.count {
      try copies[number].populate(.all, to: depth, on: &host)
    }
    preparation = ledger.since(start)
  }

  /// The counts of all machines.
  private var ledger: Ledger {
    var ledger = original.machine.ledger
    for number in 0..<copies.count { ledger += copies[number].ledger }
    return ledger
  }

  /// What the work took.
  var measured: Ledger { ledger.since(before) }

  /// Does the work: sharers have read their pages before they write to them.
  mutating func work() throws(ISAComparisonError) {
    if study.workload == .cowStorm { try touchAll(.read) }
    before = ledger
    try touchAll(study.access)
  }

  /// Lets one machine after the other touch its pages.
  private mutating func touchAll(_ access: Access.Kind) throws(ISAComparisonError) {
    for number in 0..<copies.count {
      try Self.touch(study, &copies[number], Access(access), on: &host)
    }
    try Self.touch(study, &original.machine, Access(access), on: &host)
  }

  private static func touch(
    _ study: ISAComparison, _ machine: inout VirtualMachine, _ access: Access,
    on host: inout Host
  ) throws(ISAComparisonError) {
    let count = study.touchCount
    // The pages of a working set lie all over the memory.
    let step = study.workload == .coldResume ? study.dataBytes / 4096 / max(count, 1) : 1
    let expected: TouchOutcome.End = study.workload == .mmio ? .emulated : .arrived
    for number in 0..<count {
      let offset = study.workload == .mmio ? 0 : number * step * 4096
      let address = ISAComparison.base + offset
      let outcome = machine.touch(processor: 0, address, access, on: &host)
      guard outcome.end == expected else { throw .unexpectedEnd(address, outcome.end) }
    }
  }
}
