import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Gives a page that is there the right that an access lacked, and notes the write if writes are
  /// logged; a large page is split first.
  mutating func permit(
    _ fault: StageTwoFault, _ cause: FaultCause, _ page: HostPage, at address: GuestPhysical,
    slot: Int, _ work: inout FaultWork, on host: inout Host
  ) -> TouchOutcome.End {
    let logs = fault.access == .write && isLogged(slot)
    let isLarge = page.bytes > FrameNumber.bytes
    let resolution: FaultResolution
    if isLarge, logs || fault.access.isFetch && hasNonExecutableLargePages {
      guard splitAndPermit(fault.access, page, at: address, slot: slot, &work, on: &host) else {
        return .outOfMemory
      }
      resolution = .split
    } else if mapsLargeAgain(page, at: address, slot: slot) {
      let record = backing[recordNumber(address, slot: slot)]
      guard
        dropTable(at: address, min(record.order, policy.largestMapping), &work, on: &host),
        install(record, at: address, slot: slot, for: fault.access, &work, on: &host)
          != .outOfMemory
      else { return .outOfMemory }
      resolution = .permit
    } else {
      var batch = FlushBatch()
      work.changes &+= 1
      let rights = page.attributes.permissions.union(fault.access.fullRights)
      if isLarge || !tables.permit(address, rights, in: &host.memory) {
        addRights(rights, page, at: address, &batch, on: &host)
        carryOut(batch, inFault: true, &work)
      }
      resolution = logs ? .log : .permit
    }
    if logs { noteWrite(at: address, slot: slot, &work) }
    if resolution != .split, fault.access == .write, isWritableAgain(page) {
      // KVM gives the right to write by a compare-and-exchange, without its lock.
      work.locks = 0
      counters.pfFast &+= 1
    }
    counters.pfFixed &+= 1
    tally.post(FaultEvent(cause, fault.context, resolution), &work)
    return .arrived
  }

  /// Whether a page's entry had the right to write before, or would have it but for the log: those that
  /// KVM on x86 calls MMU-writable, and makes writable without its lock.
  ///
  /// Where the policy gives no right before it is used, an entry that was never written has no more than it
  /// was made with. A page that was written stays dirty when it is protected.
  private func isWritableAgain(_ page: HostPage) -> Bool {
    configuration.host.isa == .x86 && (policy.rights == .all || page.attributes.isDirty)
  }

  /// Splits a page down to 4 KiB at an address, and gives what results the rights of an access.
  private mutating func splitAndPermit(
    _ access: Access.Kind, _ page: HostPage, at address: GuestPhysical, slot: Int,
    _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    let breaks = access == .write && dirtyLogs[slot]?.splitting == .breaking
    var batch = FlushBatch()
    var page = page
    while page.bytes > FrameNumber.bytes {
      guard splitPage(page, at: address, breaks ? .one : .all, &batch, &work, on: &host),
        let next = tables.page(at: address, in: host.memory)
      else {
        carryOut(batch, inFault: true, &work)
        return false
      }
      page = next
    }
    let rights = page.attributes.permissions.union(access.fullRights)
    if rights != page.attributes.permissions {
      var flushes = batch
      addRights(rights, page, at: address, &flushes, on: &host)
      if !breaks {
        work.changes &+= 1
        batch = flushes
      }
      // The one page of a block that was broken is written with its rights at once: nobody can know of
      // another entry.
    }
    carryOut(batch, inFault: true, &work)
    return true
  }

  /// Whether a page that the process has large is mapped in smaller ones for no reason that lasts.
  ///
  /// KVM on Arm and RISC-V maps the large page where it resolves a fault; on x86 it only changes the entry.
  private func mapsLargeAgain(_ page: HostPage, at address: GuestPhysical, slot: Int) -> Bool {
    guard configuration.host.isa != .x86, !isLogged(slot) else { return false }
    let order = backing[recordNumber(address, slot: slot)].order
    return page.bytes < min(order, policy.largestMapping).bytes
  }

  private mutating func addRights(
    _ rights: HostPermissions, _ page: HostPage, at address: GuestPhysical,
    _ batch: inout FlushBatch, on host: inout Host
  ) {
    let start = GuestPhysical(address.value & ~(page.bytes &- 1))
    let edit: LiveEdit
    do {
      edit = try tables.protect(
        start, bytes: page.bytes, rights, live: LiveOptions(), in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from a page that is mapped")
    }
    // RISC-V's caches may hold the entry that failed: the fence is made at the fault.
    batch.add(edit, withLazy: configuration.host.isa == .riscv)
  }

  /// Takes away the table that maps the run of frames around an address, and all below it.
  ///
  /// It fails where nothing was in the way.
  mutating func dropTable(
    at address: GuestPhysical, _ order: FrameOrder, _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    let start = address.value & ~(order.bytes &- 1)
    var batch = FlushBatch()
    var dropped = FaultWork()
    _ = clear(start..<start &+ order.bytes, &batch, &dropped, on: &host)
    work.freedTables &+= dropped.freedTables
    // Only the entry that led to the table is cleared.
    work.changes &+= 1
    carryOut(batch, inFault: true, &work)
    return dropped.freedTables > 0
  }
}

extension Access.Kind {
  /// The rights that a page gets which lacked what the access needs.
  fileprivate var fullRights: HostPermissions {
    switch self {
    case .read: .read
    case .write: [.read, .write]
    case .fetch, .hlvx: .execute
    }
  }
}
