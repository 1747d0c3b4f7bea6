import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Resolves a fault of the second stage, and posts it.
  ///
  /// The hypervisor goes by what the report says and by what it keeps itself: its tables, its slots and
  /// its process's page table.
  mutating func resolve(
    _ fault: StageTwoFault, _ processor: Int, on host: inout Host
  ) -> TouchOutcome.End {
    counters.pfTaken &+= 1
    guard tracksByProcessor else {
      return allocateFresh(fault, on: &host) ?? resolve(fault, by: processor, on: &host)
    }
    beginExit(processor)
    let end = resolve(fault, by: processor, on: &host)
    endExit(processor, on: &host)
    return end
  }

  @inline(never)
  private mutating func resolve(
    _ fault: StageTwoFault, by processor: Int, on host: inout Host
  ) -> TouchOutcome.End {
    var work = FaultWork()
    var address = fault.guestPhysical
    if address == nil {
      // HPFAR_EL2 is not valid: AT S1E1R asks the hardware to walk the guest's tables again.
      work.rewalks = 1
      address = processors[processor].rewalk(fault.guestVirtual, in: &host.memory)
    }
    guard let address else { return .unresolved }
    work.slotLookups = 1
    guard let number = slot(of: address), slots[number].kind.isMemory else {
      return emulate(fault, at: address, slot: slot(of: address), &work, on: &host)
    }
    if fault.access == .write, slots[number].kind == .readOnly {
      return emulate(fault, at: address, slot: number, &work, on: &host)
    }
    work.locks = 1
    if fault.cause == .missing {
      if hasRevoked, let end = restore(fault, at: address, slot: number, &work, on: &host) {
        return end
      }
      return allocate(fault, at: address, slot: number, &work, on: &host)
    }
    guard let page = tables.page(at: address, in: host.memory) else {
      // RISC-V's trap doesn't say what the tables do.
      return allocate(fault, at: address, slot: number, &work, on: &host)
    }
    let cause = fault.cause ?? cause(of: fault, on: page)
    if cause == .accessFlag { return age(fault, page, at: address, &work, on: &host) }
    guard !page.attributes.allows(fault.access) else {
      return spurious(fault, fault.ledgerCause ?? cause, processor, at: address, &work)
    }
    let record = backing[recordNumber(address, slot: number)]
    if fault.access != .write || !record.isShared && !record.isZero {
      return permit(fault, cause, page, at: address, slot: number, &work, on: &host)
    }
    return copy(fault, at: address, slot: number, &work, on: &host)
  }

  /// Why the hardware refused a page that is there, where it does not say.
  private func cause(of fault: StageTwoFault, on page: HostPage) -> FaultCause {
    let attributes = page.attributes
    guard attributes.allows(fault.access), !configuration.setsAccessedFlags else {
      return .permission
    }
    let lacks = !attributes.isAccessed || fault.access == .write && !attributes.isDirty
    return lacks ? .accessFlag : .permission
  }

  /// The slot that an address belongs to.
  @inline(__always)
  mutating func slot(of address: GuestPhysical) -> Int? {
    let slot = slots[latestSlot]
    if address.value &- slot.start.value < slot.bytes { return latestSlot }
    return otherSlot(of: address)
  }

  private mutating func otherSlot(of address: GuestPhysical) -> Int? {
    var low = 0
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].end <= address.value { low = middle + 1 } else { high = middle }
    }
    guard low < slots.count, slots[low].start <= address else { return nil }
    latestSlot = low
    return low
  }

  /// The number of the record of an address.
  @inline(__always)
  func recordNumber(_ address: GuestPhysical, slot: Int) -> Int {
    recordBases[slot] &+ Int(truncatingIfNeeded: address.value &>> 12)
  }

  /// The address of a record.
  func address(_ page: Int, slot: Int) -> GuestPhysical {
    GuestPhysical(UInt64(page - recordBases[slot]) << 12)
  }
}

extension HostAttributes {
  /// Whether the permissions are enough for an access.
  @inline(__always)
  func allows(_ access: Access.Kind) -> Bool {
    switch access {
    case .read: permissions.contains(.read)
    case .write: permissions.contains(.write)
    case .fetch, .hlvx: !permissions.isDisjoint(with: .execute)
    }
  }
}
