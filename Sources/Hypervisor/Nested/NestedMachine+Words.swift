import Costs
import Paging

/// A store of one entry into a table of L1's or L2's.
struct PlannedStore {
  /// Where the entry lies, in the space of the table's owner.
  let place: UInt64
  let level: Int
  let word: UInt64
}

extension NestedMachine {
  /// Where L1 keeps an address of L2's.
  func innerAddress(of address: UInt64) -> UInt64? {
    let bytes = address < NestedLayout.kernelBytes ? 4096 : layout.pageBytes
    return innerBacking[address & ~(bytes - 1)].map { $0 + address & (bytes - 1) }
  }

  /// Where a word of a followed table lies in the machine's memory.
  func place(of address: UInt64, in table: NestedTable) -> HostPhysical? {
    guard let inner = table == .guest2 ? innerAddress(of: address) : address else { return nil }
    return extended01.page(at: GuestPhysical(inner), in: memory)?.address
  }

  /// A word of a followed table, as its owner or a hypervisor below reads it.
  func read(_ address: UInt64, of table: NestedTable) -> UInt64 {
    place(of: address, in: table).flatMap { memory.word(at: $0) } ?? 0
  }

  /// Stores a word from below, where nothing stops it.
  mutating func write(_ word: UInt64, at address: UInt64, of table: NestedTable) {
    guard let place = place(of: address, in: table) else {
      preconditionFailure("\(table) has no memory at \(address)")
    }
    memory.store(word, at: place)
  }

  /// Walks tables as their owner's hypervisor does.
  func walk(_ table: NestedTable, _ address: UInt64) -> FollowedWalk {
    var walk = FollowedWalk()
    var at = root(of: table)
    var path = ~0 as UInt64
    for level in (0..<layout.levels).reversed() {
      let span: UInt64 = NestedEntry.shift(level + 1)
      let base = span >= 64 ? 0 : address & ~((1 << span) - 1)
      let role = FollowedTables.Role(level: level, base: level == layout.levels - 1 ? 0 : base)
      walk.tables.append((at, role))
      let entry = read(NestedEntry.place(in: at, of: address, level: level), of: table)
      guard NestedEntry.isPresent(entry, table) else { return walk }
      path &= entry
      guard NestedEntry.isTable(entry, table, level: level) else {
        let page = NestedEntry.address(entry, level: level)
        walk.page = FollowedWalk.Page(address: page, level: level, path: path)
        return walk
      }
      at = NestedEntry.address(entry)
    }
    return walk
  }

  /// The stores that map a page, from the root down; the tables on the way are taken and cleared.
  mutating func stores(
    _ table: NestedTable, to target: UInt64, at address: UInt64, leafLevel: Int,
    isUser: Bool = true
  ) throws(NestedError) -> [PlannedStore] {
    var stores: [PlannedStore] = []
    var at = root(of: table)
    var isNew = false
    for level in (leafLevel..<layout.levels).reversed() {
      let place = NestedEntry.place(in: at, of: address, level: level)
      let entry = isNew ? 0 : read(place, of: table)
      if level == leafLevel {
        let word = NestedEntry.page(table, at: target, level: level, isUser: isUser)
        stores.append(PlannedStore(place: place, level: level, word: word))
      } else if NestedEntry.isPresent(entry, table) {
        at = NestedEntry.address(entry)
      } else {
        at = try takeTable(table)
        isNew = true
        let word = NestedEntry.table(table, at: at)
        stores.append(PlannedStore(place: place, level: level, word: word))
      }
    }
    return stores
  }

  /// A frame for a table; what an earlier table left in it is cleared from below.
  private mutating func takeTable(_ table: NestedTable) throws(NestedError) -> UInt64 {
    let frame = table == .guest2 ? kernelFrames.take() : innerTableFrames.take()
    guard let frame else { throw .outOfFrames(table) }
    for word in 0..<512 as Range<UInt64> { write(0, at: frame + word * 8, of: table) }
    return frame
  }
}
