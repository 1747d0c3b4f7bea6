import Costs
import Hypervisor
import Paging

/// The figures on accessed and dirty bits.
extension Claims {
  static let flagRows: [Row] = [
    (
      "F20", "Setting a bit in hardware",
      { (claims) throws(ClaimError) in try claims.hardwareBits() }
    ),
    (
      "F21", "Arm's access-flag fault", { (claims) throws(ClaimError) in try claims.accessFlag() }
    ),
    (
      "F22", "RISC-V's accessed and dirty bits",
      { (claims) throws(ClaimError) in try claims.riscvBits() }
    ),
    (
      "F23", "Scans of accessed bits",
      { (claims) throws(ClaimError) in try claims.scans() }
    ),
    (
      "F24", "Clean against dirty eviction",
      { (claims) throws(ClaimError) in claims.eviction() }
    ),
  ]

  private func hardwareBits() throws(ClaimError) -> Found {
    var checks: [ClaimCheck] = []
    for architecture in [CostProfile.Architecture.x86, .arm] {
      let profile = try textbook(architecture)
      let cycles = try cycles(try price(.tableUpdate, profile).likely, profile)
      checks.append(.input(architecture.rawValue, .cycles, 100...100, cycles))
    }
    return (checks, "The price of tableUpdate, at the texts' 3 GHz.")
  }

  private func accessFlag() throws(ClaimError) -> Found {
    let profile = profiles.measuredArm
    let call = try price(.exit, profile).likely + price(.entry, profile).likely
    return (
      [
        .model(
          "cycles of leaving the guest and entering it again", .cycles, 400...500,
          try cycles(call, profile))
      ],
      "A fault that reaches the hypervisor can't be faster than an empty hypervisor call (X7), here at"
        + " \(Int(Double(profile.clockHertz ?? 0) / 1e9)) GHz. For one that the guest's kernel handles no"
        + " measurement is published."
    )
  }

  private func riscvBits() throws(ClaimError) -> Found {
    let hardware = try Self.bits(setsFlags: true)
    let software = try Self.bits(setsFlags: false)
    let profile = try textbook(.riscv)
    let fault = try cycles(try price(.guestFault, profile).likely, profile)
    return (
      [
        .model("bits that hardware sets (Svadu)", .count, 0, Double(hardware.updates)),
        .model("faults without Svadu (Svade)", .count, 1, Double(software.faults)),
        .model("cycles of such a fault, at least", .cycles, 2000...Double.infinity, fault),
      ],
      "Svadu sets both bits in hardware, Svade faults; a processor has either or both. The fault is the"
        + " guest's own, at the texts' price of one."
    )
  }

  private func scans() throws(ClaimError) -> Found {
    var checks: [ClaimCheck] = []
    for (name, format) in [("x86-64", HostFormat.ept4), ("Arm", .arm4K), ("RISC-V", .sv48x4)] {
      let rounds = try Self.roundsOfScan(format)
      checks.append(.model("\(name): rounds of invalidation a scan", .count, 1, Double(rounds)))
    }
    return (
      checks,
      "1,024 pages, all accessed between two scans. Each scan reads and changes 1,024 entries; where the"
        + " invalidation isn't broadcast, the one round interrupts every processor that runs. The period"
        + " of 5 s is the scanner's choice, and no count depends on it."
    )
  }

  /// How often a scan of pages that were accessed since the last one has all processors flush.
  private static func roundsOfScan(_ format: HostFormat) throws(ClaimError) -> UInt64 {
    do throws(MachineError) {
      let pages: UInt64 = 1024
      var host = try Host(bytes: 1 << 30)
      var configuration = MachineConfiguration(format, bytes: pages << 12)
      configuration.processors = 4
      var machine = try VirtualMachine(configuration, on: &host)
      for page in 0..<pages { machine.touchPhysical(GuestPhysical(page << 12), .write, on: &host) }
      _ = machine.scanAccessed(slot: 0, on: &host)
      for page in 0..<pages { machine.touchPhysical(GuestPhysical(page << 12), .read, on: &host) }
      let flushes = machine.counters.remoteTLBFlush
      _ = machine.scanAccessed(slot: 0, on: &host)
      return machine.counters.remoteTLBFlush - flushes
    } catch {
      throw .machine(error)
    }
  }

  private func eviction() -> Found {
    let (clean, dirty) = (150e9, 1e12...10e12)
    return (
      [.model("times as much", .ratio, 5000, dirty.upperBound / clean)],
      "The row's own numbers: 1 to 10 ms over 150 µs is 6.7 to 67 times."
    )
  }

  /// What a write to a page with both bits clear takes on RISC-V.
  private static func bits(
    setsFlags: Bool
  ) throws(ClaimError) -> (updates: UInt64, faults: Int) {
    do throws(MachineError) {
      var host = try Host(bytes: 1 << 30)
      var configuration = MachineConfiguration(.sv39x4, bytes: 64 << 20)
      configuration.setsAccessedFlags = setsFlags
      var machine = try VirtualMachine(configuration, on: &host)
      var space = try machine.makeSpace(
        .sv39, at: GuestPhysical(32 << 20), bytes: 1 << 20, on: &host)
      var attributes = GuestAttributes.readWrite
      attributes.isAccessed = false
      attributes.isDirty = false
      try machine.load(
        &space, GuestVirtual(0x4000_0000), bytes: 4096, to: GuestPhysical(0), attributes, on: &host)
      try machine.run(space.root, processor: 0)
      // The second stage maps everything before, so that one walk does it all.
      for address in stride(from: UInt64(0), to: 64 << 20, by: 4096) {
        machine.touchPhysical(GuestPhysical(address), .write, on: &host)
      }
      let before = machine.ledger
      let touch = machine.touch(processor: 0, GuestVirtual(0x4000_0000), .write, on: &host)
      let updates = machine.ledger.since(before).amount(of: .tableUpdate)
      return (updates, touch.end == .guestFault ? 1 : 0)
    } catch {
      throw .machine(error)
    }
  }
}
