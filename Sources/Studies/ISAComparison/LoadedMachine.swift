import HostMemory
import Hypervisor
import Paging

/// A machine of a comparison with its guest's tables and what has been used before.
struct LoadedMachine: ~Copyable {
  var machine: VirtualMachine
  /// Where the guest's tables start.
  let root: GuestRoot

  init(
    _ study: ISAComparison, _ guest: GuestFormat, _ format: HostFormat, on host: inout Host
  ) throws(MachineError) {
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
    configuration.policy.batch = study.batch
    var machine = try VirtualMachine(configuration, on: &host)
    var space = try machine.makeSpace(
      guest, at: GuestPhysical(0), bytes: study.tableBytes, on: &host)
    if study.workload == .mmio {
      try machine.load(
        &space, ISAComparison.base, bytes: guest.shape.tableBytes, to: device, Self.attributes,
        on: &host)
    } else {
      try machine.load(
        &space, ISAComparison.base, bytes: study.dataBytes, to: GuestPhysical(study.tableBytes),
        Self.attributes, pageBytes: guest.shape.tableBytes, on: &host)
    }
    try machine.run(space.root, processor: 0)
    // A kernel that wrote its tables itself has touched them; one that was resumed has not.
    if study.workload != .coldResume {
      for address in stride(from: space.range.lowerBound, to: space.range.upperBound, by: 4096) {
        machine.touchPhysical(GuestPhysical(address), .write, on: &host)
      }
    }
    root = space.root
    self.machine = machine
    if study.workload == .cowStorm { fill(study, on: &host) }
  }

  /// The guest's pages have been used, as those of a program that runs.
  private static var attributes: GuestAttributes {
    var attributes = GuestAttributes.readWrite
    attributes.isAccessed = true
    attributes.isDirty = true
    return attributes
  }

  /// Gives every page of the guest's data a frame, as it has that was written.
  private mutating func fill(_ study: ISAComparison, on host: inout Host) {
    let end = study.tableBytes + study.dataBytes
    for address in stride(from: study.tableBytes, to: end, by: Int(ISAComparison.pageBytes)) {
      machine.touchByProcess(GuestPhysical(address), .write, on: &host)
    }
  }

  /// A machine that is forked from this one.
  mutating func fork(on host: inout Host) throws(MachineError) -> VirtualMachine {
    var copy = try machine.fork(on: &host)
    try copy.run(root, processor: 0)
    return copy
  }
}
