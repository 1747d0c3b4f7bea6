import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Works out what a device answers, or what becomes of a write to a ROM.
  ///
  /// KVM on x86 marks the page of an address without a slot by an entry that hardware can't use: the
  /// next access is a misconfiguration, which needs no look at the slots. Elsewhere every access is of a
  /// missing page.
  mutating func emulate(
    _ fault: StageTwoFault, at address: GuestPhysical, slot: Int?, _ work: inout FaultWork,
    on host: inout Host
  ) -> TouchOutcome.End {
    let inKernel = slot.map { slots[$0].kind == .kernelDevice } ?? false
    if !inKernel { work.userspaceExits = 1 }
    switch fault.instruction {
    case .told: break
    case .read: work.decodedInstructions = 1
    case .walked:
      work.decodedInstructions = 1
      work.rewalks &+= 1
    }
    let isDevice = slot.map { !slots[$0].kind.isMemory } ?? true
    if isDevice, fault.cause == .missing, configuration.host.isa == .x86 {
      mark(address, &work, on: &host)
    }
    counters.pfEmulate &+= 1
    work.emulations = 1
    // RISC-V's trap doesn't say what the tables do; the ledger is to know.
    let isMapped = fault.cause == nil && tables.page(at: address, in: host.memory) != nil
    let cause = fault.cause ?? (isMapped ? .permission : .missing)
    tally.post(FaultEvent(cause, fault.context, .emulate), &work)
    return .emulated
  }

  /// Writes the entry by which the hypervisor knows a device's page again.
  private mutating func mark(
    _ address: GuestPhysical, _ work: inout FaultWork, on host: inout Host
  ) {
    let page = GuestPhysical(address.value & ~4095)
    let device = HostPhysical(0)
    while true {
      do {
        let summary = try tables.map(
          page, bytes: 4096, to: device, .readOnly, pageBytes: 4096, in: &host.memory)
        work.tables &+= UInt64(summary.tablesAdded)
        break
      } catch .outOfFrames {
        guard addTableFrames(on: &host) else { return }
      } catch {
        return
      }
    }
    let word: UInt64
    switch configuration.host {
    // SDM 29.3.3.1: writes and fetches are allowed and reads are not.
    case .ept4, .ept5: word = 0b110 | page.value
    // APM volume 2, 5.4.1: bit 51 is beyond the processor's physical addresses, and reserved.
    default: word = 1 << 51 | 1 | page.value & (1 << 48 - 1)
    }
    do {
      try tables.mark(page, with: word, in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from a page that was just mapped")
    }
    work.entries &+= 1
    counters.pfMMIOSPTECreated &+= 1
  }
}
