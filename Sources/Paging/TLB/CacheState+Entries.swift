// Micro-architecture: this file can be skipped at first reading.

/// One entry of a TLB.
struct TLBLine {
  /// The probe that has found it.
  let probe: Handle<TLBProbe>
  let place: Int

  @inline(__always)
  var array: CacheArray { probe.value.array }

  /// The bits of an offset in the piece that the entry holds.
  @inline(__always)
  var shift: UInt64 { probe.value.shift }
}

extension Handle where Value == CacheState {
  /// Looks an address up in the first-level TLB of an access's kind: the way that a hit goes.
  ///
  /// Only an entry whose rights are known to suffice answers; the slow way looks at the others.
  @inline(__always)
  func lookUp(_ key: UInt64, _ access: WalkAccess) -> CachedTranslation? {
    let probes = value.first(access)
    let context = value.context
    let global = value.globalContext
    var number = 0
    while number < probes.count {
      if probes[number].isFilled {
        let shift = probes[number].shift
        let page = CacheTag.page(key, shift)
        let place = probes[number].array.find(key &>> shift, page | context, or: page | global)
        if place >= 0 {
          let rights = probes[number].array.rights(place)
          guard value.isNoted(rights, access) else { return nil }
          probes[number].array.touch(place, value.clock)
          value.clock &+= 1
          probes[number].hits &+= 1
          value.savedByTLB &+= CacheState.reads(rights)
          let offset = (1 &<< shift) &- 1
          return CachedTranslation(
            probes[number].array.value(place) & ~offset | key & offset, shift: shift,
            origin: .firstLevel)
        }
      }
      number &+= 1
    }
    return nil
  }
}

extension CacheState {
  /// Forgets what belongs to the walk before.
  mutating func begin() {
    savedNow = 0
    pending.level = 0
    placeOfTable = Self.unknownPlace
    origin = .walk
    originShift = 0
  }

  /// Whether a word of rights has it that an access needs nothing more.
  @inline(__always)
  func isNoted(_ rights: UInt64, _ access: WalkAccess) -> Bool {
    let bit = 1 as UInt64 &<< UInt64(access.rawValue)
    return rights & (~0 &<< Self.rightsShift | bit) == rightsNow | bit
  }

  /// A word of rights with the note that an access needs nothing more.
  func noting(_ rights: UInt64, _ access: WalkAccess) -> UInt64 {
    let bit = 1 as UInt64 &<< UInt64(access.rawValue)
    // What was noted under other registers is forgotten.
    let isOld = rights & (~0 << Self.rightsShift) != rightsNow
    let kept = isOld ? rights & (0xff << Self.readsShift) : rights
    return kept | rightsNow | bit
  }

  /// The word of rights of a new entry.
  func rights(_ access: WalkAccess, reads: Int) -> UInt64 {
    // Rights of one stage alone are never enough for the fast way.
    (isSplit ? 0 : rightsNow | 1 &<< UInt64(access.rawValue))
      | UInt64(truncatingIfNeeded: reads) << Self.readsShift
  }

  @inline(__always)
  static func reads(_ rights: UInt64) -> Int {
    Int(truncatingIfNeeded: rights &>> readsShift & 0xff)
  }

  @inline(__always)
  func first(_ access: WalkAccess) -> Run<TLBProbe> { access.isFetch ? instruction : data }

  @inline(__always)
  func second(_ access: WalkAccess) -> Run<TLBProbe> {
    access.isFetch ? secondInstruction : second
  }

  /// The entry of an address in a level of TLBs, whatever its rights.
  func find(_ key: UInt64, in probes: Run<TLBProbe>) -> TLBLine? {
    find(key, in: probes, context, globalContext)
  }

  /// The entry of an address that one of two contexts has.
  func find(
    _ key: UInt64, in probes: Run<TLBProbe>, _ context: UInt64, _ other: UInt64
  ) -> TLBLine? {
    var number = 0
    while number < probes.count {
      if probes[number].isFilled {
        let shift = probes[number].shift
        let page = CacheTag.page(key, shift)
        let place = probes[number].array.find(key &>> shift, page | context, or: page | other)
        if place >= 0 { return TLBLine(probe: probes.handle(number), place: place) }
      }
      number &+= 1
    }
    return nil
  }

  /// The probe of a level that holds a piece of a page of `2^shift` bytes, as large as can be.
  func probe(_ probes: Run<TLBProbe>, for shift: UInt64) -> Handle<TLBProbe>? {
    var number = probes.count &- 1
    while number >= 0 {
      if probes[number].shift <= shift { return probes.handle(number) }
      number &-= 1
    }
    return nil
  }

  /// Notes a hit, and gives the address that it is about.
  mutating func use(_ line: TLBLine, _ level: CachedTranslation.Origin, _ key: UInt64) -> UInt64 {
    line.array.touch(line.place, clock)
    clock &+= 1
    line.probe.value.hits &+= 1
    savedByTLB &+= Self.reads(line.array.rights(line.place))
    origin = level
    originShift = line.shift
    let offset = (1 &<< line.shift) &- 1
    return line.array.value(line.place) & ~offset | key & offset
  }

  /// Copies an entry, or the piece of it that fits, to another level.
  mutating func copy(_ line: TLBLine, to probes: Run<TLBProbe>, _ key: UInt64) {
    guard let probe = probe(probes, for: line.shift) else { return }
    let shift = probe.value.shift
    let context = line.array.tag(line.place) & ~0 << CacheTag.contextShift
    let piece = key & ((1 &<< line.shift) &- 1) & ~((1 &<< shift) &- 1)
    let place = probe.value.array.claim(
      key &>> shift, CacheTag.page(key, shift) | context,
      value: line.array.value(line.place) &+ piece, rights: line.array.rights(line.place), clock)
    clock &+= 1
    for word in 0..<Leaf.words {
      probe.value.array.setExtra(place, word, line.array.extra(line.place, word))
    }
    probe.value.isFilled = true
    if line.array.value(line.place) & 63 > shift { probe.value.hasPieces = true }
  }

  /// Drops an entry that does not suffice for an access, wherever it is: the walk brings a better one.
  func dropWeak(_ line: TLBLine, _ key: UInt64, alsoIn probes: Run<TLBProbe>) {
    line.array.drop(line.place)
    if let copy = find(key, in: probes) { copy.array.drop(copy.place) }
  }

  /// The smaller of two stages' pages; a stage that is off has none.
  static func smaller(_ guest: UInt64, _ host: UInt64) -> UInt64 {
    guest == 0 ? host : host == 0 ? guest : min(guest, host)
  }

  /// Keeps what a walk has found, in both levels of TLBs.
  mutating func keep(
    _ key: UInt64, _ found: StageLeaf, _ leaf: StageLeaf, _ access: WalkAccess, isGlobal: Bool,
    reads: Int
  ) {
    let shift = Self.smaller(found.shift, leaf.shift)
    originShift = shift
    let rights = rights(access, reads: reads &+ savedNow)
    let context = isGlobal ? globalContext : context
    keep(key, found, leaf, shift, rights, context, in: first(access))
    keep(key, found, leaf, shift, rights, context, in: second(access))
  }

  @inline(__always)
  private mutating func keep(
    _ key: UInt64, _ found: StageLeaf, _ leaf: StageLeaf, _ shift: UInt64, _ rights: UInt64,
    _ context: UInt64, in probes: Run<TLBProbe>
  ) {
    guard let probe = probe(probes, for: shift) else { return }
    let shift = probe.value.shift
    let array = probe.value.array
    // The bits below the smallest page are those of both stages' sizes.
    let frame = leaf.address & ~((1 &<< shift) &- 1)
    let place = array.claim(
      key &>> shift, CacheTag.page(key, shift) | context,
      value: frame | found.shift | leaf.shift << 6, rights: rights, clock)
    clock &+= 1
    array.setExtra(place, Leaf.guestEntry, found.entry)
    array.setExtra(place, Leaf.guestPath, found.accumulated)
    array.setExtra(place, Leaf.hostEntry, leaf.entry)
    array.setExtra(place, Leaf.hostPath, leaf.accumulated)
    probe.value.isFilled = true
    if found.shift > shift { probe.value.hasPieces = true }
  }
}

extension CacheState {
  /// The translation whose walk, or look-up, has arrived.
  mutating func translation(
    _ arrival: WalkArrival, _ context: borrowing WalkContext
  ) -> CachedTranslation {
    reads &+= context.reads
    updates &+= context.updates
    // Two stages' entries apart: the second one's had to be walked for.
    if isSplit, context.reads > 0 { origin = .walk }
    return CachedTranslation(
      arrival.hostPhysical, shift: originShift, origin: origin, reads: context.reads,
      updates: context.updates)
  }

  /// Counts an access that a fault has ended, and drops what it drops.
  mutating func fail(_ context: borrowing WalkContext, _ flush: CacheFlush?) {
    reads &+= context.reads
    updates &+= context.updates
    faults &+= 1
    guard let flush else { return }
    entriesDropped += apply(flush)
    contexts.value.flushes[flush.scope, default: 0] += 1
  }
}
