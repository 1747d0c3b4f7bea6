import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Clears the second stage's entries of pages, has the processors forget them, and says how many
  /// entries there were: what KVM's notifier does before the host goes on.
  mutating func clearEntries(
    of pages: [BackedPage], _ work: inout FaultWork, on host: inout Host
  ) -> UInt64 {
    var batch = FlushBatch()
    var cleared: UInt64 = 0
    var number = 0
    while number < pages.count {
      let start = pages[number].address
      let slot = pages[number].slot
      var end = start
      // Each slot has a log of its own, so that a run ends with its slot.
      while number < pages.count, pages[number].address == end, pages[number].slot == slot {
        end &+= pages[number].order.bytes
        number += 1
      }
      cleared &+= clear(start..<end, &batch, &work, on: &host)
    }
    carryOut(batch, inFault: false, &work)
    return cleared
  }

  /// Clears the entries of a range; what larger pages map beyond it is split off first.
  mutating func clear(
    _ range: Range<UInt64>, _ batch: inout FlushBatch, _ work: inout FaultWork, on host: inout Host
  ) -> UInt64 {
    var range = range
    if !cut(at: range.lowerBound, &batch, &work, on: &host) {
      range = startOfPage(range.lowerBound, host)..<range.upperBound
    }
    if !cut(at: range.upperBound, &batch, &work, on: &host) {
      range = range.lowerBound..<endOfPage(range.upperBound, host)
    }
    countMappings(of: range, -1, host)
    if !dirtyLogs.isEmpty { keepFlags(of: range, on: host) }
    let edit: LiveEdit
    do {
      edit = try tables.unmap(
        GuestPhysical(range.lowerBound), bytes: range.upperBound - range.lowerBound,
        skippingHoles: true, live: LiveOptions(), in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from whole pages of a slot")
    }
    work.changes &+= UInt64(edit.summary.pages)
    work.freedTables &+= UInt64(edit.summary.tablesFreed)
    batch.add(edit)
    return UInt64(edit.summary.pages)
  }

  /// Splits the pages that reach over an address until none does; without frames for tables they stay.
  private mutating func cut(
    at address: UInt64, _ batch: inout FlushBatch, _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    // A page that begins here is not cut, and what was taken from it stays away.
    if hasRevoked, let bytes = tables.revokedBytes(at: GuestPhysical(address), in: host.memory),
      address & (bytes - 1) != 0
    {
      tables.restore(GuestPhysical(address), in: &host.memory)
    }
    while let page = tables.page(at: GuestPhysical(address), in: host.memory),
      address & (page.bytes - 1) != 0
    {
      guard splitPage(page, at: GuestPhysical(address), .all, &batch, &work, on: &host) else {
        return false
      }
    }
    return true
  }

  /// Splits a page of the second stage into those of the next smaller size, or into one of them.
  ///
  /// It fails where the host has no frame left for a table.
  mutating func splitPage(
    _ page: HostPage, at address: GuestPhysical, _ children: SplitChildren,
    _ batch: inout FlushBatch, _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    guard let order = FrameOrder(bytes: page.bytes), let next = order.smaller else {
      return true
    }
    // Where one page is left, it is one of the smallest.
    let smaller = children == .one ? FrameOrder.small : next
    while true {
      do {
        let edit = try tables.split(
          address, to: smaller.bytes, leaving: children, in: &host.memory)
        counters.count(order, -1)
        counters.count(smaller, Int64(edit.summary.pages))
        work.entries &+= UInt64(edit.summary.pages)
        work.tables &+= UInt64(edit.summary.tablesAdded)
        if edit.stage.isa == .arm {
          // Break-before-make: what was there is forgotten before the new entry is stored.
          carryOut(edit, &work)
        } else {
          batch.add(edit)
        }
        if smaller == .small { allowExecution(around: [address.value], on: &host) }
        return true
      } catch .outOfFrames {
        guard addTableFrames(on: &host) else { return false }
      } catch {
        preconditionFailure("\(error) can't come from a page that is mapped")
      }
    }
  }

  private func startOfPage(_ address: UInt64, _ host: borrowing Host) -> UInt64 {
    let page = tables.page(at: GuestPhysical(address), in: host.memory)
    return address & ~((page?.bytes ?? 1) - 1)
  }

  private func endOfPage(_ address: UInt64, _ host: borrowing Host) -> UInt64 {
    let page = tables.page(at: GuestPhysical(address), in: host.memory)
    return (address &- 1 | ((page?.bytes ?? 1) - 1)) &+ 1
  }

  /// Adds the mappings of a range to the counters, or takes them away.
  private mutating func countMappings(
    of range: Range<UInt64>, _ sign: Int64, _ host: borrowing Host
  ) {
    var at = range.lowerBound
    while at < range.upperBound {
      let address = GuestPhysical(at)
      var bytes = tables.page(at: address, in: host.memory)?.bytes
      if bytes == nil, hasRevoked { bytes = tables.revokedBytes(at: address, in: host.memory) }
      if let bytes, let order = FrameOrder(bytes: bytes) { counters.count(order, sign) }
      at &+= bytes ?? 4096
    }
  }
}
