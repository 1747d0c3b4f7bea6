import HostMemory
public import Paging

/// A guest's own tables in its memory: one address space.
///
/// They are edited from outside, as a loader does it, wherever the words of their pages lie: in frames
/// of the host's, or in storage as long as the second stage has no frames for them.
public struct GuestSpace: ~Copyable {
  /// The tables.
  public internal(set) var tables: GuestTables
  /// The guest-physical addresses that the tables are made from.
  public let range: Range<UInt64>

  /// Where the tables start: what a processor is given to run them.
  public var root: GuestRoot { tables.root }

  /// The bytes of the guest's smallest pages, and of its tables.
  var pageBytes: UInt64 { tables.root.shape.tableBytes }
}

extension VirtualMachine {
  /// Empty tables of a guest, from `bytes` bytes of its memory at `start`.
  ///
  /// The memory is the machine's own and nothing else may use it. Until it is touched it lies in
  /// storage, where its words wait.
  public mutating func makeSpace(
    _ format: GuestFormat, at start: GuestPhysical, bytes: UInt64, inputBits: Int? = nil,
    order: TableOrder = .ascending, on host: inout Host
  ) throws(MachineError) -> GuestSpace {
    guard format.isa == configuration.host.isa else {
      throw .foreignFormat(format, configuration.host)
    }
    guard let slot = slot(of: start), slots[slot].kind == .ram,
      start.value &+ bytes <= slots[slot].end
    else { throw .noMemoryAt(start) }
    guard start.isAligned(to: 4096), bytes % 4096 == 0, bytes > 0 else {
      throw .misalignedSlot(start: start, bytes: bytes)
    }
    do {
      let placement = try mapContent(start, bytes: bytes, slot: slot, on: &host)
      let tables = try GuestTables(
        format, at: start, bytes: bytes, inputBits: inputBits, order: order, placed: placement,
        in: &host.memory)
      return GuestSpace(tables: tables, range: start.value..<start.value + bytes)
    } catch let error as TableError {
      throw .tables(error)
    } catch let error as MachineError {
      throw error
    } catch {
      preconditionFailure("\(error) is no error of tables or machines")
    }
  }

  /// Maps a range of guest-virtual addresses from outside: the guest does nothing for it.
  public mutating func load(
    _ space: inout GuestSpace, _ address: GuestVirtual, bytes: UInt64, to target: GuestPhysical,
    _ attributes: GuestAttributes, pageBytes: UInt64? = nil, on host: inout Host
  ) throws(MachineError) {
    do {
      try space.tables.map(
        address, bytes: bytes, to: target, attributes, pageBytes: pageBytes, in: &host.memory)
    } catch {
      throw .tables(error)
    }
  }

  /// Makes the words of a range reachable for edits from outside, wherever they lie.
  private mutating func mapContent(
    _ start: GuestPhysical, bytes: UInt64, slot: Int, on host: inout Host
  ) throws -> TablePlacement {
    // The map itself lies in storage: it is no part of the machine.
    let pages = bytes / 4096
    let frames = pages / 512 + 8
    let room = try host.reserveStorage(pages: frames)
    contentPages.append(room..<room + frames)
    if content == nil {
      content = try HostTables(
        .ept5, at: HostPhysical(room << 12), bytes: frames * 4096, in: &host.memory)
    } else {
      try content?.addFrames(at: HostPhysical(room << 12), bytes: frames * 4096)
    }
    let stored = try host.reserveStorage(pages: pages)
    for number in 0..<pages {
      let address = start + number * 4096
      let page = recordNumber(address, slot: slot)
      var record = backing[page]
      var place = (stored + number) << 12
      if record.isPresent {
        if record.isShared || record.isZero {
          // The tables are this machine's own: others must not see what is written to them.
          guard touchByProcess(address, .write, on: &host).end == .arrived else {
            throw MachineError.outOfMemory(at: address)
          }
          record = backing[page]
        }
        backing.markTable(page)
        place = record.frame.address
        host.frames.setHoldsContent(record.frame, true)
        // A run's first frame says whether any of them holds something.
        let head = FrameNumber(record.frame.value & ~(record.order.frames - 1))
        host.frames.setHoldsContent(head, true)
        host.releaseStorage(stored + number)
      } else {
        var record = BackingRecord(storedIn: stored + number, isOwned: true)
        record.isTable = true
        backing.remove(record, page: page)
      }
      try content?.map(
        address, bytes: 4096, to: HostPhysical(place), .readWrite, pageBytes: 4096,
        in: &host.memory)
    }
    guard let root = content?.root else { preconditionFailure("the map was just made") }
    return .through(root)
  }

  /// Notes that the words of a page of guests' tables lie elsewhere now.
  mutating func moveContent(of address: GuestPhysical, to place: UInt64, on host: inout Host) {
    do {
      try content?.unmap(address, bytes: 4096, in: &host.memory)
      try content?.map(
        address, bytes: 4096, to: HostPhysical(place), .readWrite, pageBytes: 4096,
        in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from a page of tables")
    }
  }
}
