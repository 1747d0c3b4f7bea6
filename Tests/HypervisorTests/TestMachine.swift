import Costs
import HostMemory
import Paging

@testable import Hypervisor

/// A host with one machine.
struct TestMachine: ~Copyable {
  var host: Host
  var machine: VirtualMachine

  /// The formats whose frames are the model's.
  static let formats: [HostFormat] = [.ept4, .ept5, .npt4, .arm4K, .sv39x4, .sv48x4, .sv57x4]

  init(_ host: consuming Host, _ machine: consuming VirtualMachine) {
    self.host = host
    self.machine = machine
  }

  init(_ configuration: MachineConfiguration, hostBytes: UInt64 = 4 << 30) throws {
    var host = try Host(bytes: hostBytes)
    machine = try VirtualMachine(configuration, on: &host)
    self.host = host
  }

  init(
    _ format: HostFormat, bytes: UInt64, _ change: (inout MachineConfiguration) -> Void = { _ in }
  )
    throws
  {
    var configuration = MachineConfiguration(format, bytes: bytes)
    change(&configuration)
    try self.init(configuration)
  }

  /// Touches a guest-physical address.
  mutating func touch(_ address: UInt64, _ access: Access) -> TouchOutcome {
    machine.touchPhysical(GuestPhysical(address), access, on: &host)
  }

  /// How often an event happened.
  func count(
    _ cause: FaultCause, _ context: FaultContext, _ resolution: FaultResolution
  ) -> UInt64 {
    machine.ledger.count(of: .fault(FaultEvent(cause, context, resolution)))
  }

  /// What is wrong with the machine and its host, if anything.
  func problems() -> [String] {
    var uses: [UInt64: UInt64] = [:]
    var problems = machine.problems(on: host, &uses)
    problems += host.problems(uses)
    return problems
  }
}

extension VirtualMachine {
  /// What is wrong with the machine, and which runs of frames it uses how often.
  func problems(on host: borrowing Host, _ uses: inout [UInt64: UInt64]) -> [String] {
    var problems: [String] = []
    var mapped: [FrameOrder: Int64] = [:]
    for (number, slot) in slots.enumerated() where slot.kind.isMemory {
      var address = slot.start
      while address.value < slot.end {
        let record = backing[recordNumber(address, slot: number)]
        if record.isPresent {
          let head = record.frame.value & ~(record.order.frames - 1)
          if address.value & (record.order.bytes - 1) == 0 { uses[head, default: 0] += 1 }
          if host.frames.isFree(record.frame) || host.frames.references(of: FrameNumber(head)) == 0
          {
            problems.append("\(address) is backed by a free frame \(head)")
          }
        }
        if let bytes = tables.revokedBytes(at: address, in: host.memory),
          address.value & (bytes - 1) == 0
        {
          mapped[FrameOrder(bytes: bytes) ?? .small, default: 0] += 1
        }
        if let page = tables.page(at: address, in: host.memory) {
          let order = FrameOrder(bytes: page.bytes) ?? .small
          if address.value & (order.bytes - 1) == 0 { mapped[order, default: 0] += 1 }
          if !record.isPresent || record.frame.address != page.address.value {
            problems.append("\(address) is mapped to \(page.address) and backed by \(record)")
          }
          let isWritable = page.attributes.permissions.contains(.write)
          if isWritable, record.isShared || record.isZero || slot.kind != .ram {
            problems.append("\(address) is shared and writable")
          }
          // Where hardware sets flags, these tell of a write.
          let tells = isLogged(number) && dirtyLogs[number]?.mechanism.usesFlags == true
          if isWritable, isLogged(number), !tells,
            dirtyPages(slot: number)?.contains(address) == false
          {
            problems.append("\(address) is writable and not logged")
          }
        }
        address = address + 4096
      }
    }
    if (counters.pages4K, counters.pages2M, counters.pages1G)
      != (mapped[.small] ?? 0, mapped[.large] ?? 0, mapped[.huge] ?? 0)
    {
      problems.append("the counters say \(counters), the tables \(mapped)")
    }
    return problems
  }
}

extension Host {
  /// What is wrong with the counts of users of frames that are used so often.
  func problems(_ uses: [UInt64: UInt64]) -> [String] {
    var problems: [String] = []
    for frame in uses.keys.sorted() {
      let count = uses[frame] ?? 0
      let expected = FrameNumber(frame) == zeroFrame ? count + 1 : count
      let found = frames.references(of: FrameNumber(frame))
      if found != expected { problems.append("frame \(frame) has \(found) users, not \(expected)") }
    }
    return problems
  }
}
