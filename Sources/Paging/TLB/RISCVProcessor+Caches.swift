// Micro-architecture: this file can be skipped at first reading.
// RISC-V privileged architecture, "Supervisor Address Translation and Protection (satp) Register" and
// "Hypervisor Guest Address Translation and Protection (hgatp) Register".

extension RISCVRegisters {
  /// What the caches know the registers by.
  var translationTags: TranslationTags {
    let adue = Bits(61).mask
    let pbmte = Bits(62).mask
    let flags = [
      Bits(18).isSet(in: vsstatus), Bits(19).isSet(in: vsstatus), Bits(19).isSet(in: sstatus),
      menvcfg & adue != 0, menvcfg & henvcfg & adue != 0, menvcfg & pbmte != 0,
      menvcfg & henvcfg & pbmte != 0,
    ]
    var packed: UInt64 = 0
    for (number, flag) in flags.enumerated() where flag { packed |= 1 << UInt64(number) }
    return TranslationTags(
      vm: vmid, space: asid, host: hgatp >> 60 == 0 ? 0 : TranslationTags.host(ofGuest: vmid),
      hasGuest: vsatp >> 60 != 0, flags: packed, keys: 0)
  }

  /// The VMID of hgatp.
  var vmid: UInt64 { Bits(44...57).of(hgatp) }

  /// The ASID of vsatp.
  var asid: UInt64 { Bits(44...59).of(vsatp) }
}

extension RISCVProcessor {
  /// Translates one access through the caches of a virtual processor.
  public func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    through caches: inout TranslationCaches
  ) throws(WalkFailure) -> CachedTranslation {
    let state = caches.handle
    if state.value.tags != tags { state.value.enter(tags) }
    if let key = plainKey(address.value), let hit = state.lookUp(key, WalkAccess(access)) {
      return hit
    }
    var observer = NoObserver()
    return try walk(address, access, memory.handle, state, &observer)
  }

  /// Translates one access through the caches of a virtual processor, and shows the walk, if one is
  /// needed, to an observer.
  @specialized(where Observer == WalkPlaces)
  public func translate<Observer: WalkObserver>(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    through caches: inout TranslationCaches, observer: inout Observer
  ) throws(WalkFailure) -> CachedTranslation {
    let state = caches.handle
    if state.value.tags != tags { state.value.enter(tags) }
    if let key = plainKey(address.value), let hit = state.lookUp(key, WalkAccess(access)) {
      return hit
    }
    observer.start(address, access)
    return try walk(address, access, memory.handle, state, &observer)
  }

  @inline(never)
  @specialized(where Observer == WalkPlaces)
  private func walk<Observer: WalkObserver>(
    _ address: GuestVirtual, _ access: Access, _ memory: MemoryHandle, _ state: Handle<CacheState>,
    _ observer: inout Observer
  ) throws(WalkFailure) -> CachedTranslation {
    var context = WalkContext(memory: memory)
    do {
      let arrival = try walk(
        address.value, WalkAccess(access), CachesView(state: state), &context, &observer)
      return state.value.translation(arrival, context)
    } catch {
      let failure = context.failure(of: address, access)
      state.value.fail(context, nil)
      throw failure
    }
  }
}
