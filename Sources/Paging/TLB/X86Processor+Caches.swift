// Micro-architecture: this file can be skipped at first reading.
// Intel SDM volume 3A, section 4.10.1 "Process-Context Identifiers (PCIDs)"; volume 3C, section 29.4
// "Caching Translation Information"; AMD64 APM volume 2, section 15.16 "TLB Control".

extension X86Registers {
  /// What the caches know the registers by.
  var translationTags: TranslationTags {
    let hasKeys = Bits(22).isSet(in: cr4)
    let hasSupervisorKeys = Bits(24).isSet(in: cr4)
    let flags = [
      Bits(16).isSet(in: cr0), hasSMEP, Bits(21).isSet(in: cr4) && !Bits(18).isSet(in: rflags),
      hasNoExecute, hasKeys, hasSupervisorKeys, Bits(7).isSet(in: cr4), eptp != nil, ncr3 != nil,
      Bits(11).isSet(in: hostEFER), hasModeBasedExecute, Bits(6).isSet(in: eptp ?? 0),
      Bits(0).isSet(in: ia32VMXEPTVPIDCap), Bits(16).isSet(in: ia32VMXEPTVPIDCap),
      Bits(17).isSet(in: ia32VMXEPTVPIDCap), guestLevels == 5,
    ]
    var packed = maxphyaddr << 16
    for (number, flag) in flags.enumerated() where flag { packed |= 1 << UInt64(number) }
    let vm = ncr3 == nil ? vpid : guestASID
    let host: UInt64 =
      if let eptp { Self.ep4ta(eptp) } else if ncr3 != nil {
        TranslationTags.host(ofGuest: UInt64(vm))
      } else { 0 }
    return TranslationTags(
      vm: UInt64(vm), space: currentPCID, host: host, hasGuest: hasPaging, flags: packed,
      keys: (hasKeys ? pkru : 0) | (hasSupervisorKeys ? ia32PKRS << 32 : 0))
  }

  /// 29.4.1: EP4TA is bits 51:12 of the EPTP; a bit beyond them tells it from no second stage.
  static func ep4ta(_ eptp: UInt64) -> UInt64 { eptp & 0x000f_ffff_ffff_f000 | 1 << 62 }

  /// 4.10.1: the PCID of CR3; 0 unless CR4.PCIDE is set.
  var currentPCID: UInt64 { Bits(17).isSet(in: cr4) ? Bits(0...11).of(cr3) : 0 }
}

extension X86Processor {
  /// Translates one access through the caches of a virtual processor.
  public func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    through caches: inout TranslationCaches
  ) throws(WalkFailure) -> CachedTranslation {
    let state = caches.handle
    if state.value.tags != tags { state.value.enter(tags) }
    if let key = plainKey(address), let hit = state.lookUp(key, WalkAccess(access)) { return hit }
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
    if let key = plainKey(address), let hit = state.lookUp(key, WalkAccess(access)) { return hit }
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
        address, WalkAccess(access), CachesView(state: state), &context, &observer)
      return state.value.translation(arrival, context)
    } catch {
      let failure = context.failure(of: address, access)
      state.value.fail(context, flush(after: failure))
      throw failure
    }
  }
}
