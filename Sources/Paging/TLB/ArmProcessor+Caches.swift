// Micro-architecture: this file can be skipped at first reading.
// Arm ARM (DDI 0487) D8.14, "Translation Lookaside Buffers".

extension ArmRegisters {
  /// What the caches know the registers by.
  var translationTags: TranslationTags {
    let flags = [
      Bits(19).isSet(in: sctlrEL1), Bits(57).isSet(in: sctlrEL1), Bits(22).isSet(in: pstate),
      Bits(39).isSet(in: tcrEL1), Bits(40).isSet(in: tcrEL1), Bits(41).isSet(in: tcrEL1),
      Bits(42).isSet(in: tcrEL1), Bits(21).isSet(in: vtcrEL2), Bits(22).isSet(in: vtcrEL2),
      Bits(2).isSet(in: hcrEL2), Bits(46).isSet(in: hcrEL2), stage2IsOn,
    ]
    var packed: UInt64 = 0
    for (number, flag) in flags.enumerated() where flag { packed |= 1 << UInt64(number) }
    return TranslationTags(
      vm: vmid, space: asid, host: stage2IsOn ? TranslationTags.host(ofGuest: vmid) : 0,
      hasGuest: stage1IsOn, flags: packed, keys: 0)
  }

  /// The VMID of VTTBR_EL2: 16 bits where VTCR_EL2.VS is set, 8 elsewhere.
  var vmid: UInt64 { (Bits(19).isSet(in: vtcrEL2) ? Bits(48...63) : Bits(48...55)).of(vttbrEL2) }

  /// The ASID of the TTBR that TCR_EL1.A1 chooses: 16 bits where TCR_EL1.AS is set, 8 elsewhere.
  var asid: UInt64 {
    let ttbr = Bits(22).isSet(in: tcrEL1) ? ttbr1EL1 : ttbr0EL1
    return (Bits(36).isSet(in: tcrEL1) ? Bits(48...63) : Bits(48...55)).of(ttbr)
  }
}

extension ArmProcessor {
  /// Translates one access through the caches of a virtual processor.
  public func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    through caches: inout TranslationCaches
  ) throws(WalkFailure) -> CachedTranslation {
    let state = caches.handle
    if state.value.tags != tags { state.value.enter(tags) }
    let walkAccess = walkAccess(access)
    if let key = plainKey(address.value, walkAccess), let hit = state.lookUp(key, walkAccess) {
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
    let walkAccess = walkAccess(access)
    if let key = plainKey(address.value, walkAccess), let hit = state.lookUp(key, walkAccess) {
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
        address.value, walkAccess(access), CachesView(state: state), &context, &observer)
      return state.value.translation(arrival, context)
    } catch {
      let failure = context.failure(of: address, access)
      state.value.fail(context, nil)
      throw failure
    }
  }
}
