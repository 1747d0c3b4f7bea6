import Costs
import HostMemory
import Paging

// Intel SDM volume 3C, section 29.3.6 "Page-Modification Logging".

extension VirtualMachine {
  /// Writes down the pages whose dirty flags an access has set.
  ///
  /// With EPT's flags a walk of the guest's tables counts as writes, so that these are among them. “When
  /// the PML index is not in the range 0–511, there is a page-modification log-full event”: the exit comes
  /// with the entry that finds no room, before its flag is set.
  mutating func logTransitions(
    _ processor: Int, _ address: GuestVirtual, on host: inout Host
  ) {
    var pages: [GuestPhysical] = []
    if processor < guests.count, let guest = guests[processor] {
      let path = guest.path(to: address, in: host.memory)
      for number in 0..<path.count { pages.append(GuestPhysical(path[number])) }
      if let page = guest.page(at: address, in: host.memory) {
        pages.append(GuestPhysical(page.address.value))
      }
    } else {
      pages.append(GuestPhysical(address.value))
    }
    for page in pages {
      guard let number = slot(of: page), isLogged(number),
        dirtyLogs[number]?.mechanism.logsModifications == true,
        dirtyLogs[number]?.flagged.contains(page) == false,
        let mapped = tables.page(at: page, in: host.memory), mapped.attributes.isDirty
      else { continue }
      dirtyLogs[number]?.flagged.insert(page)
      if buffers[processor].count == DirtyMechanism.modificationLogEntries {
        dirty.logFullExits &+= 1
        let work = Activity.work(.collect)
        tally.use(.exit, for: work)
        tally.use(.decode, for: work)
        tally.use(.entry, for: work)
        drain(processor)
        endExit(processor, on: &host)
      }
      dirty.transitions &+= 1
      buffers[processor].append(page.value & ~4095)
    }
  }

  /// Takes all entries out of a processor's log, as KVM does at every exit.
  mutating func drain(_ processor: Int) {
    guard !buffers[processor].isEmpty else { return }
    for entry in buffers[processor] {
      let page = GuestPhysical(entry)
      guard let number = slot(of: page) else { continue }
      dirtyLogs[number]?.pages.insert(page)
      if dirtyLogs[number]?.mechanism.softLimit != nil { rings[processor].append(entry) }
    }
    let count = UInt64(buffers[processor].count)
    dirty.drainedEntries &+= count
    tally.use(.drainEntry, count, for: .work(.collect))
    tally.use(.logDirty, count, for: .work(.collect))
    buffers[processor].removeAll(keepingCapacity: true)
  }

  /// Has every processor leave its guest, so that its log is taken in.
  mutating func kickAndDrain() {
    for processor in buffers.indices {
      if processor < processorCount, processors[processor].isRunning {
        dirty.kicks &+= 1
        tally.use(.exit, for: .work(.collect))
        tally.use(.entry, for: .work(.collect))
      }
      drain(processor)
    }
  }
}
