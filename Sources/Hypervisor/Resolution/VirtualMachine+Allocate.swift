import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Finds or makes the page that is missing, and maps it.
  mutating func allocate(
    _ fault: StageTwoFault, at address: GuestPhysical, slot: Int, _ work: inout FaultWork,
    on host: inout Host
  ) -> TouchOutcome.End {
    let page = recordNumber(address, slot: slot)
    guard
      let record = hostPage(
        page, at: address, slot: slot, isWrite: fault.access == .write, &work, on: &host)
    else { return .outOfMemory }
    return install(record, for: fault, at: address, slot: slot, &work, on: &host)
  }

  /// Maps the page that a fault was about, and posts the fault.
  mutating func install(
    _ record: BackingRecord, for fault: StageTwoFault, at address: GuestPhysical, slot: Int,
    _ work: inout FaultWork, on host: inout Host
  ) -> TouchOutcome.End {
    switch install(record, at: address, slot: slot, for: fault.access, &work, on: &host) {
    case .installed:
      if fault.access == .write { noteWrite(at: address, slot: slot, &work) }
      counters.pfFixed &+= 1
      if policy.batch > 1 {
        mapNeighbours(
          of: address, slot: slot, isWrite: fault.access == .write, &work, on: &host)
      }
      tally.post(FaultEvent(.missing, fault.context, .allocate), &work)
    case .present:
      counters.pfSpurious &+= 1
      tally.post(FaultEvent(.missing, fault.context, .spurious), &work)
    case .outOfMemory: return .outOfMemory
    }
    return .arrived
  }

  /// What became of an entry.
  enum Installation {
    case installed
    /// Something is mapped there already.
    case present
    /// No frame is left for a table.
    case outOfMemory
  }

  /// Maps a page of the process's table at the second stage, in the largest size that both allow.
  ///
  /// A page that is mapped for no access in particular is mapped as for a read.
  mutating func install(
    _ record: BackingRecord, at address: GuestPhysical, slot: Int,
    for access: Access.Kind = .read, _ work: inout FaultWork, on host: inout Host
  ) -> Installation {
    if policy.hasPlainRights, dirtyLogs.isEmpty {
      let order = min(record.order, policy.largestMapping)
      let isWritable = slots[slot].kind == .ram && !record.isShared && !record.isZero
      let start = GuestPhysical(address.value & ~(order.bytes &- 1))
      let target = HostPhysical(record.frame.address & ~(order.bytes &- 1))
      if let template = templates.template(order, isWritable: isWritable),
        tables.mapPage(start, to: target, template, in: &host.memory)
      {
        work.entries &+= 1
        counters.count(order, 1)
        fenceNewEntry(&work)
        return .installed
      }
    }
    return installByPlan(record, at: address, slot: slot, for: access, &work, on: &host)
  }

  /// The same where a table is to be made first, something is in the way, or not all rights are given.
  @inline(never)
  private mutating func installByPlan(
    _ record: BackingRecord, at address: GuestPhysical, slot: Int, for access: Access.Kind,
    _ work: inout FaultWork, on host: inout Host
  ) -> Installation {
    var order = min(record.order, policy.largestMapping)
    let isPlain = policy.hasPlainRights && dirtyLogs.isEmpty
    if !isPlain, mapsSmall(slot, access) { order = .small }
    let isWritable = slots[slot].kind == .ram && !record.isShared && !record.isZero
    let plain: HostAttributes = isWritable ? .readWriteExecute : .readExecute
    while true {
      let attributes = isPlain ? plain : ruled(plain, order, slot: slot, access)
      let start = GuestPhysical(address.value & ~(order.bytes &- 1))
      let target = HostPhysical(record.frame.address & ~(order.bytes &- 1))
      do {
        let summary = try tables.map(
          start, bytes: order.bytes, to: target, attributes, pageBytes: order.bytes,
          in: &host.memory)
        work.entries &+= 1
        work.tables &+= UInt64(truncatingIfNeeded: summary.tablesAdded)
        counters.count(order, 1)
        fenceNewEntry(&work)
        return .installed
      } catch {
        switch error {
        case .alreadyMapped: return .present
        case .tableInTheWay:
          guard let smaller = order.smaller else { return .present }
          if !replacesTables || !dropTable(at: start, order, &work, on: &host) { order = smaller }
        case .outOfFrames:
          guard addTableFrames(on: &host) else { return .outOfMemory }
        default: preconditionFailure("\(error) can't come from a page of a slot")
        }
      }
    }
  }

  /// Tells the processors of an entry that has become valid, where the hypervisor does so.
  ///
  /// x86 and Arm never cache an entry that faults; KVM on RISC-V fences after each leaf.
  @inline(__always)
  mutating func fenceNewEntry(_ work: inout FaultWork, times: UInt64 = 1) {
    guard policy.fencesNewEntries, configuration.host.isa == .riscv else { return }
    work.localFlushes &+= times
    work.remoteFlushes &+= UInt64(truncatingIfNeeded: processorCount &- 1) &* times
    counters.remoteTLBFlush &+= times
  }

  /// Gives the second stage's tables more of the host's frames.
  @inline(never)
  mutating func addTableFrames(on host: inout Host) -> Bool {
    for order in [Self.tableChunk, .small] {
      guard let frame = host.frames.allocate(order, node: policy.node) else { continue }
      do {
        try tables.addFrames(at: HostPhysical(frame.address), bytes: order.bytes)
        tableRuns.append(frame)
        return true
      } catch {
        preconditionFailure("\(error) can't come from frames that were free")
      }
    }
    return false
  }
}

extension FaultCounters {
  /// Counts mappings that have come or, with a negative number, gone.
  @inline(__always)
  mutating func count(_ order: FrameOrder, _ change: Int64) {
    switch order {
    case .small: pages4K &+= change
    case .large: pages2M &+= change
    case .huge: pages1G &+= change
    }
  }
}
