// Micro-architecture: this file can be skipped at first reading.

/// A walk's way to a virtual processor's caches.
struct CachesView: WalkCaches {
  static var isAbsent: Bool { false }

  let state: Handle<CacheState>
  /// The address of the access, as the guest's entries are tagged with it.
  var key: UInt64 = 0
  var isQuiet = false

  var quiet: Self {
    var view = self
    view.isQuiet = true
    return view
  }

  @inline(__always)
  func at(_ key: UInt64) -> Self {
    var view = self
    view.key = key & (1 &<< CacheTag.addressBits &- 1)
    return view
  }

  func recall<Guest: GuestPagingFormat, Host: PagingFormat>(
    _: Guest.Type, _: Host.Type, _ access: WalkAccess, _ guest: StageView<Guest.Rules>,
    _ host: StageView<Host.Rules>
  ) -> WalkArrival? {
    state.value.begin()
    if isQuiet || state.value.isSplit || Guest.isOff && Host.isOff { return nil }
    let first = state.value.first(access)
    let second = state.value.second(access)
    if let line = state.value.find(key, in: first) {
      if isGranted(line, access, Guest.self, Host.self, guest, host) {
        return arrival(state.value.use(line, .firstLevel, key))
      }
      state.value.dropWeak(line, key, alsoIn: second)
    } else if let line = state.value.find(key, in: second) {
      if isGranted(line, access, Guest.self, Host.self, guest, host) {
        state.value.copy(line, to: first, key)
        return arrival(state.value.use(line, .secondLevel, key))
      }
      state.value.dropWeak(line, key, alsoIn: second)
    }
    state.value.misses &+= 1
    return nil
  }

  private func arrival(_ hostPhysical: UInt64) -> WalkArrival {
    WalkArrival(hostPhysical: hostPhysical, guestPhysical: 0, guestShift: 0, hostShift: 0)
  }

  /// Whether an entry gives an access all rights and leaves nothing to update.
  ///
  /// What has been found out once is noted in the entry.
  @inline(__always)
  private func isGranted<Guest: GuestPagingFormat, Host: PagingFormat>(
    _ line: TLBLine, _ access: WalkAccess, _: Guest.Type, _: Host.Type,
    _ guest: StageView<Guest.Rules>, _ host: StageView<Host.Rules>
  ) -> Bool {
    let array = line.array
    if state.value.isNoted(array.rights(line.place), access) { return true }
    let shifts = array.value(line.place)
    let leaf = StageLeaf(
      address: 0, entry: array.extra(line.place, CacheState.Leaf.guestEntry), shift: shifts & 63,
      accumulated: array.extra(line.place, CacheState.Leaf.guestPath))
    if !Guest.isOff, !Guest.isSettled(leaf, access, guest.rules) { return false }
    let hostLeaf = StageLeaf(
      address: 0, entry: array.extra(line.place, CacheState.Leaf.hostEntry),
      shift: shifts >> 6 & 63,
      accumulated: array.extra(line.place, CacheState.Leaf.hostPath))
    let final = Guest.hostAccess(access, leaf: leaf, rules: guest.rules)
    if !Host.isOff, !Host.isSettled(hostLeaf, final, host.rules) { return false }
    array.setRights(line.place, state.value.noting(array.rights(line.place), access))
    return true
  }

  func recallGuest<Guest: GuestPagingFormat>(
    _: Guest.Type, _ address: UInt64, _ access: WalkAccess, _ guest: StageView<Guest.Rules>
  ) -> StageLeaf? {
    if isQuiet || !state.value.isSplit { return nil }
    let first = state.value.first(access)
    let second = state.value.second(access)
    var origin = CachedTranslation.Origin.firstLevel
    var line = state.value.find(key, in: first)
    if line == nil {
      origin = .secondLevel
      line = state.value.find(key, in: second)
    }
    guard let line else {
      state.value.misses &+= 1
      return nil
    }
    let array = line.array
    let offset = (1 &<< line.shift) &- 1
    let leaf = StageLeaf(
      address: array.value(line.place) & ~offset | key & offset,
      entry: array.extra(line.place, CacheState.Leaf.guestEntry),
      shift: array.value(line.place) & 63,
      accumulated: array.extra(line.place, CacheState.Leaf.guestPath))
    guard Guest.isSettled(leaf, access, guest.rules) else {
      state.value.dropWeak(line, key, alsoIn: second)
      state.value.misses &+= 1
      return nil
    }
    if origin == .secondLevel { state.value.copy(line, to: first, key) }
    _ = state.value.use(line, origin, key)
    return leaf
  }

  func keepGuest<Guest: GuestPagingFormat>(
    _: Guest.Type, _ leaf: StageLeaf, _ access: WalkAccess, _ guest: StageView<Guest.Rules>,
    _ reads: Int
  ) {
    if isQuiet || !state.value.isSplit { return }
    let none = StageLeaf(address: leaf.address, entry: 0, shift: 0, accumulated: 0)
    state.value.keep(
      key, leaf, none, access, isGlobal: Guest.isGlobal(leaf.entry, guest.rules), reads: reads)
  }

  func keep<Guest: GuestPagingFormat>(
    _: Guest.Type, _ found: StageLeaf, _ leaf: StageLeaf, _ access: WalkAccess,
    _ guest: StageView<Guest.Rules>, _ reads: Int
  ) {
    if isQuiet || found.shift | leaf.shift == 0 { return }
    if state.value.isSplit {
      state.value.originShift = CacheState.smaller(found.shift, leaf.shift)
      return
    }
    let isGlobal = !Guest.isOff && Guest.isGlobal(found.entry, guest.rules)
    state.value.keep(key, found, leaf, access, isGlobal: isGlobal, reads: reads)
  }

  func guestStart(_ address: UInt64, _ geometry: StageGeometry, indexBits: UInt64) -> WalkStart? {
    state.value.guestStart(address, key, geometry, indexBits)
  }

  func passGuestTable(_ table: UInt64, by entry: PassedEntry) {
    if !isQuiet { state.value.pass(table, entry) }
  }

  @inline(__always)
  func takePlaceOfTable() -> UInt64? {
    let place = state.value.placeOfTable
    if place == CacheState.unknownPlace || isQuiet { return nil }
    state.value.placeOfTable = CacheState.unknownPlace
    return place
  }

  @inline(__always)
  func keepGuestTable(at place: UInt64, in shift: UInt64, readsBelow: Int) {
    if isQuiet || state.value.pending.level == 0 { return }
    state.value.keepGuestTable(key, at: place, in: shift, readsBelow)
  }

  func hostStart(_ address: UInt64, _ geometry: StageGeometry, indexBits: UInt64) -> WalkStart? {
    isQuiet ? nil : state.value.hostStart(address, geometry, indexBits)
  }

  @inline(__always)
  func keepHostTable(_ table: UInt64, of address: UInt64, by entry: PassedEntry) {
    if !isQuiet { state.value.keepHostTable(table, address, entry) }
  }

  func recallNested<Host: PagingFormat>(
    _: Host.Type, _ address: UInt64, _ access: WalkAccess, _ role: WalkFailure.Context,
    _ host: StageView<Host.Rules>
  ) -> StageLeaf? {
    guard state.value.servesNested(role), let line = state.value.findNested(address) else {
      return nil
    }
    let array = line.array
    let value = array.value(line.place)
    let offset = (1 &<< line.shift) &- 1
    let leaf = StageLeaf(
      address: value & ~offset | address & offset,
      entry: array.extra(line.place, CacheState.Leaf.hostEntry), shift: value >> 6 & 63,
      accumulated: array.extra(line.place, CacheState.Leaf.hostPath))
    if !state.value.isNoted(array.rights(line.place), access) {
      // What is too weak is replaced by what the walk finds.
      guard Host.isSettled(leaf, access, host.rules) else { return nil }
      array.setRights(line.place, state.value.noting(array.rights(line.place), access))
    }
    if !isQuiet { state.value.useNested(line) }
    return leaf
  }

  func keepNested<Host: PagingFormat>(
    _: Host.Type, _ leaf: StageLeaf, of address: UInt64, _ access: WalkAccess,
    _ role: WalkFailure.Context, _ host: StageView<Host.Rules>
  ) {
    guard !isQuiet, state.value.servesNested(role) else { return }
    let level = Int((leaf.shift &- Host.pageShift) / Host.indexBits)
    state.value.keepNested(
      address, leaf, access, reads: host.geometry.topLevel &- level &+ 1)
  }
}

extension PagingFormat {
  /// Whether a leaf gives an access all rights and leaves nothing to update.
  @inline(never)
  static func isSettled(_ leaf: StageLeaf, _ access: WalkAccess, _ rules: Rules) -> Bool {
    let level = Int((leaf.shift &- pageShift) / indexBits)
    let finding = examine(
      leaf.entry, level: level, access: access, rules: rules, accumulated: leaf.accumulated)
    if case .leaf(let after, _) = finding { return after == leaf.entry }
    return false
  }
}
