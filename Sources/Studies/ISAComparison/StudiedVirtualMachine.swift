import Costs
import HostMemory
import Hypervisor
import Paging

/// A machine at the work of a comparison.
struct StudiedVirtualMachine: ~Copyable {
  private let study: ISAComparison
  private var host: Host
  private var machine: VirtualMachine
  /// What was counted before the work that is measured.
  private let before: Ledger

  init(_ study: ISAComparison, _ guest: GuestFormat, _ format: HostFormat)
    throws(ISAComparisonError)
  {
    do throws(MachineError) {
      self = try Self.made(study, guest, format)
    } catch {
      throw .machine(error)
    }
  }

  private init(_ study: ISAComparison, _ host: consuming Host, _ machine: consuming VirtualMachine)
  {
    self.study = study
    self.host = host
    before = machine.ledger
    self.machine = machine
  }

  private static func made(
    _ study: ISAComparison, _ guest: GuestFormat, _ format: HostFormat
  ) throws(MachineError) -> Self {
    // The machine's own memory once more, for the second stage's tables and what is on the way.
    var host = try Host(bytes: study.memoryBytes + study.memoryBytes / 4 + 1 << 30)
    var slots = [
      Slot(
        at: GuestPhysical(0), bytes: study.memoryBytes,
        source: study.workload == .coldResume ? .snapshot : .zero)
    ]
    // The device's registers are behind all memory.
    let device = GuestPhysical((study.memoryBytes + 1 << 30 - 1) & ~(1 << 30 - 1))
    if study.workload == .mmio { slots.append(Slot(at: device, bytes: 4096, study.device)) }
    var configuration = MachineConfiguration(format, slots: slots)
    configuration.policy.backing = study.backing
    var machine = try VirtualMachine(configuration, on: &host)
    var space = try machine.makeSpace(
      guest, at: GuestPhysical(0), bytes: study.tableBytes, on: &host)
    if study.workload == .mmio {
      try machine.load(
        &space, ISAComparison.base, bytes: 4096, to: device, attributes, on: &host)
    } else {
      try machine.load(
        &space, ISAComparison.base, bytes: study.dataBytes, to: GuestPhysical(study.tableBytes),
        attributes,
        pageBytes: ISAComparison.pageBytes, on: &host)
    }
    try machine.run(space.root, processor: 0)
    // A kernel that wrote its tables itself has touched them; one that was resumed has not.
    if study.workload != .coldResume {
      for address in stride(from: space.range.lowerBound, to: space.range.upperBound, by: 4096) {
        machine.touchPhysical(GuestPhysical(address), .write, on: &host)
      }
    }
    return Self(study, host, machine)
  }

  /// The guest's pages have been used, as those of a program that runs.
  private static var attributes: GuestAttributes {
    var attributes = GuestAttributes.readWrite
    attributes.isAccessed = true
    attributes.isDirty = true
    return attributes
  }

  /// What the work took.
  var measured: Ledger { machine.ledger.since(before) }

  /// Does the work.
  mutating func work() throws(ISAComparisonError) {
    let count = study.touchCount
    // The pages of a working set lie all over the memory.
    let step = study.workload == .coldResume ? study.dataBytes / 4096 / max(count, 1) : 1
    let expected: TouchOutcome.End = study.workload == .mmio ? .emulated : .arrived
    let access = Access(study.access)
    for number in 0..<count {
      let offset = study.workload == .mmio ? 0 : number * step * 4096
      let address = ISAComparison.base + offset
      let outcome = machine.touch(processor: 0, address, access, on: &host)
      guard outcome.end == expected else { throw .unexpectedEnd(address, outcome.end) }
    }
  }
}
