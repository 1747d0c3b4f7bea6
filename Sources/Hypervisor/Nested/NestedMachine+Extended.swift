import Costs
import Paging

extension NestedMachine {
  /// The hardware has met EPT02: L0 looks whether EPT12 has the page, which it then merges, or lets L1
  /// see to it.
  mutating func resolveViolation(
    _ failure: WalkFailure, _ actor: NestedActor
  ) throws(NestedError) {
    guard let address = failure.guestPhysical?.value else { throw .unresolved(failure) }
    play(actor, .violation(.extended02, address), to: .outer)
    count(.decode)
    let found = walk(.extended12, address)
    let needed: UInt64 = failure.made == .fetch ? 4 : failure.made == .write ? 2 : 1
    if let page = found.page, page.path & needed != 0 {
      try merge(address, found, page, failure)
      play(.outer, .enter, to: actor)
      return
    }

    play(.outer, .reflect, to: .inner)
    accessControlStructure()
    try mapInExtended(address, failure.made)
    play(.inner, .resume, to: .outer)
    play(.outer, .enter, to: actor)
  }

  /// L1's handler gives L2 a page.
  private mutating func mapInExtended(
    _ address: UInt64, _ kind: Access.Kind
  ) throws(NestedError) {
    let isKernel = address < NestedLayout.kernelBytes
    let bytes = isKernel ? 4096 : layout.pageBytes
    let target = try backing(of: address) & ~(bytes - 1)
    var stores = try stores(
      .extended12, to: target, at: address & ~(bytes - 1),
      leafLevel: isKernel ? 0 : layout.leafLevel)
    if kind == .write { innerProtected.remove(address & ~(bytes - 1)) }
    if innerProtected.contains(address & ~(bytes - 1)), let last = stores.popLast() {
      let word = last.word & ~NestedEntry.write
      stores.append(PlannedStore(place: last.place, level: last.level, word: word))
    }
    count(.installTable, UInt64(stores.count - 1))
    count(.installEntry, UInt64(stores.count))
    for store in options.building == .downwards ? stores : stores.reversed() {
      try storeInExtended(store)
    }
  }

  /// L1 stores an entry of EPT12; where L0 has protected the table, the processor stops it.
  mutating func storeInExtended(_ store: PlannedStore) throws(NestedError) {
    let address = GuestVirtual(layout.direct + store.place)
    do {
      let there = try inner.translate(address, .write, in: &memory)
      memory.store(store.word, at: there.hostPhysical)
      play(.inner, .store(.extended12, level: store.level))
      return
    } catch {
      guard error.stage == .second, error.reason == .permission,
        followed.contains(store.place & ~4095)
      else { throw .unresolved(error) }
    }
    play(.inner, .protectedStore(.extended12, level: store.level), to: .outer)
    count(.decodeInstruction)
    count(.decodeInstruction)
    let old = read(store.place, of: .extended12)
    write(store.word, at: store.place, of: .extended12)
    try followStore(at: store.place, old: old, new: store.word)
    play(.outer, .emulateStore(.extended12, level: store.level), to: .inner)
  }

  /// L0 merges a page of EPT12 with EPT01.
  private mutating func merge(
    _ address: UInt64, _ found: FollowedWalk, _ page: FollowedWalk.Page, _ failure: WalkFailure
  ) throws(NestedError) {
    let target = page.address + address & (page.bytes - 1)
    if outerAddress(of: target) == nil { try back(target, failure) }
    guard let below = extended01.page(at: GuestPhysical(target), in: memory) else {
      throw .unresolved(failure)
    }
    for (table, role) in found.tables { try follow(table, role) }
    let bytes = min(page.bytes, below.bytes)
    var rights = below.attributes.permissions
    if !page.isWritable { rights.remove(.write) }
    let base = address & ~(bytes - 1)
    try forget(base, bytes: bytes)
    do {
      let summary = try extended02.map(
        GuestPhysical(base), bytes: bytes, to: HostPhysical(below.address.value & ~(bytes - 1)),
        HostAttributes(rights), pageBytes: bytes, in: &memory)
      count(.installTable, UInt64(summary.tablesAdded))
    } catch {
      throw .tables(error)
    }
    count(.shadowEntry)
    remember(base, of: target & ~(bytes - 1))
    play(.outer, .fill(.extended02, pageBytes: bytes))
  }
}
