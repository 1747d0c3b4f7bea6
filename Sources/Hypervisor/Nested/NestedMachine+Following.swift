import Costs
import Paging

extension NestedMachine {
  /// Starts to follow a table, and under ``TableFollowing/everyTable`` those that it leads to.
  mutating func follow(
    _ table: UInt64, _ role: FollowedTables.Role
  ) throws(NestedError) {
    switch options.following {
    case .invalidations: return
    case .upperTables where role.level == 0: return
    default: break
    }
    guard !followed.has(role, table) else { return }
    if followed.add(role, to: table) { try protect(table, isWritable: false) }
    guard options.following == .everyTable else { return }
    try visitChildren(of: table, role) { (machine, child, role) throws(NestedError) in
      try machine.follow(child, role)
    }
  }

  /// Stops following a table at a place that it has lost, and those that it led to.
  mutating func unfollow(_ table: UInt64, _ role: FollowedTables.Role) throws(NestedError) {
    guard followed.has(role, table) else { return }
    try visitChildren(of: table, role) { (machine, child, role) throws(NestedError) in
      try machine.unfollow(child, role)
    }
    if followed.remove(role, from: table) { try protect(table, isWritable: true) }
  }

  private mutating func visitChildren(
    of table: UInt64, _ role: FollowedTables.Role,
    _ visit: (inout Self, UInt64, FollowedTables.Role) throws(NestedError) -> Void
  ) throws(NestedError) {
    guard role.level > 0 else { return }
    for index in 0..<512 as Range<UInt64> {
      let entry = read(table + index * 8, of: scheme.followed)
      guard NestedEntry.isTable(entry, scheme.followed, level: role.level) else { continue }
      let child = FollowedTables.Role(level: role.level - 1, base: base(of: index, in: role))
      try visit(&self, NestedEntry.address(entry), child)
    }
  }

  /// The first address that an entry of a table maps.
  private func base(of index: UInt64, in role: FollowedTables.Role) -> UInt64 {
    let address = role.base + index << NestedEntry.shift(role.level)
    return scheme.followed == .guest2 ? layout.widened(address) : address
  }

  /// Takes the right to store into a table from its owner, or gives it back.
  private mutating func protect(_ table: UInt64, isWritable: Bool) throws(NestedError) {
    do {
      guard scheme != .extended else {
        try extended01.protect(
          GuestPhysical(table), bytes: 4096,
          isWritable ? [.read, .write, .execute] : [.read, .execute],
          in: &memory)
        count(.changeEntry)
        return
      }
      // Every shadow of the table, wherever L2 sees it.
      for address in derivedPages(of: table) {
        guard let page = shadow12.page(at: GuestVirtual(address), in: memory) else { continue }
        var rights = page.attributes.permissions
        if isWritable { rights.insert(.write) } else { rights.remove(.write) }
        try shadow12.protect(GuestVirtual(address), bytes: 4096, rights, in: &memory)
        count(.changeEntry)
      }
    } catch {
      throw .tables(error)
    }
  }

  /// Follows a store into a table: what was derived from the entry is forgotten, and the tables that it
  /// led to and leads to now are looked after.
  mutating func followStore(
    at place: UInt64, old: UInt64, new: UInt64
  ) throws(NestedError) {
    let table = place & ~4095
    let index = place >> 3 & 511
    for role in followed.roles(of: table) {
      let base = base(of: index, in: role)
      if NestedEntry.isPresent(old, scheme.followed) {
        try forget(base, bytes: 1 << NestedEntry.shift(role.level))
      }
      let child = FollowedTables.Role(level: role.level - 1, base: base)
      if NestedEntry.isTable(old, scheme.followed, level: role.level) {
        try unfollow(NestedEntry.address(old), child)
      }
      if options.following == .everyTable,
        NestedEntry.isTable(new, scheme.followed, level: role.level)
      {
        try follow(NestedEntry.address(new), child)
      }
    }
  }

  /// Forgets what was derived from the followed tables for a range.
  mutating func forget(_ base: UInt64, bytes: UInt64) throws(NestedError) {
    do {
      let summary =
        scheme == .extended
        ? try extended02.unmap(
          GuestPhysical(base), bytes: bytes, skippingHoles: true, in: &memory)
        : try shadow12.unmap(
          GuestVirtual(base), bytes: bytes, skippingHoles: true, in: &memory)
      count(.changeEntry, UInt64(summary.pages))
      count(.freeTable, UInt64(summary.tablesFreed))
    } catch {
      throw .tables(error)
    }
  }

  /// The addresses that the following tables map to a page now, in the order in which they came.
  func derivedPages(of page: UInt64) -> [UInt64] {
    (derived[page] ?? []).filter { address in
      if scheme == .extended {
        guard let there = extended02.page(at: GuestPhysical(address), in: memory) else {
          return false
        }
        return outerAddress(of: page).map { $0 == there.address.value } ?? false
      }
      guard let there = shadow12.page(at: GuestVirtual(address), in: memory) else { return false }
      return innerAddress(of: page) == there.address.value
    }
  }

  /// Where L0 keeps an address of L1's.
  func outerAddress(of address: UInt64) -> UInt64? {
    extended01.page(at: GuestPhysical(address), in: memory)?.address.value
  }

  /// Remembers that an address was mapped to a page.
  mutating func remember(_ address: UInt64, of page: UInt64) {
    if derived[page]?.contains(address) != true { derived[page, default: []].append(address) }
  }
}
