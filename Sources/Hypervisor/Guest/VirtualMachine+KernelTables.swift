import HostMemory
import Paging

/// What a run of a guest's handler has met.
struct KernelRun {
  /// The processor that it runs on.
  let processor: Int
  /// The faults of the second stage that its accesses took.
  var exits = 0
}

extension VirtualMachine {
  /// An access of the guest's kernel to a guest-physical address; it fails where the machine can't let
  /// it through.
  mutating func touchByKernel(
    _ address: GuestPhysical, _ access: Access, _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    let outcome = touchPhysical(address, access, on: &host)
    run.exits += outcome.exits
    return outcome.end == .arrived
  }

  /// The same of a whole page of the guest's, which the second stage may have in pieces.
  mutating func touchByKernel(
    _ page: GuestPhysical, _ access: Access, bytes: UInt64, _ run: inout KernelRun,
    on host: inout Host
  ) -> Bool {
    for offset in stride(from: UInt64(0), to: bytes, by: 4096) {
      guard touchByKernel(page + offset, access, &run, on: &host) else { return false }
    }
    return true
  }

  /// Maps a page in the guest's tables as its kernel does it: by accesses to the tables.
  ///
  /// The entries on the way are read; one that a new table is linked to, the new tables, all of each, and
  /// the page's own entry are written.
  mutating func map(
    _ page: GuestVirtual, to target: GuestPhysical, _ attributes: GuestAttributes,
    in space: inout GuestSpace, _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    let known = space.root.path(to: page, in: host.memory).count
    do {
      try space.tables.map(
        page, bytes: space.pageBytes, to: target, attributes, pageBytes: space.pageBytes,
        in: &host.memory)
    } catch {
      return false
    }
    return touchPath(
      to: page, writtenFrom: known - 1, newFrom: known, in: space, &run, on: &host)
  }

  /// Maps a page of the guest's to another address or with other attributes, and has the guest's
  /// processors forget it.
  mutating func remap(
    _ page: GuestVirtual, to target: GuestPhysical, _ attributes: GuestAttributes,
    in space: inout GuestSpace, _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    let edit: LiveEdit
    do {
      edit = try space.tables.remap(page, to: target, attributes, in: &host.memory)
    } catch {
      return false
    }
    flushGuest(edit, from: run.processor)
    let last = space.root.path(to: page, in: host.memory).count - 1
    return touchPath(to: page, writtenFrom: last, in: space, &run, on: &host)
  }

  /// Reads the entries on the way to a page and writes those from a number on; tables from another number
  /// on are new, and zeroed.
  private mutating func touchPath(
    to page: GuestVirtual, writtenFrom first: Int, newFrom new: Int = .max,
    in space: borrowing GuestSpace, _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    let path = space.root.path(to: page, in: host.memory)
    for number in 0..<path.count {
      let access = number < first ? Access.read : .write
      guard touchByKernel(GuestPhysical(path[number]), access, &run, on: &host) else {
        return false
      }
      guard number >= new, space.pageBytes > 4096 else { continue }
      let table = GuestPhysical(path[number] & ~(space.pageBytes - 1))
      guard touchByKernel(table, .write, bytes: space.pageBytes, &run, on: &host) else {
        return false
      }
    }
    return true
  }

  /// Carries out the invalidations of an edit of the guest's own tables, which its kernel does without its
  /// host.
  private mutating func flushGuest(_ edit: LiveEdit, from processor: Int) {
    guard processors[processor].caches.count > 0 else { return }
    for instruction in edit.instructions(withLazy: true) {
      guard let flush = processors[processor].flush(instruction) else { continue }
      for number in 0..<processors.count { processors[number].apply(flush) }
    }
  }

  /// Makes a second space of one, as a fork does: both map all pages of the kernel's areas that the first
  /// one maps, and neither may write to them.
  ///
  /// The kernel reads the parent's entries, takes the right to write from them, and writes the child's. It
  /// says how many faults of the second stage that took; nothing where the child's tables have no room.
  public mutating func fork(
    _ parent: inout GuestSpace, into child: inout GuestSpace, processor: Int,
    _ kernel: inout GuestKernel, on host: inout Host
  ) -> Int? {
    var run = KernelRun(processor: processor)
    for area in kernel.areas {
      for offset in stride(from: UInt64(0), to: area.bytes, by: Int(kernel.pageBytes)) {
        let page = area.start + offset
        guard let mapped = parent.root.page(at: page, in: host.memory) else { continue }
        let target = GuestPhysical(mapped.address.value & ~(kernel.pageBytes - 1))
        var attributes = mapped.attributes
        if attributes.permissions.contains(.write) {
          attributes.permissions.remove(.write)
          attributes.isDirty = false
          guard remap(page, to: target, attributes, in: &parent, &run, on: &host) else {
            return nil
          }
        }
        guard map(page, to: target, attributes, in: &child, &run, on: &host) else { return nil }
        if target != kernel.zeroPage { kernel.share(target) }
      }
    }
    return run.exits
  }
}
