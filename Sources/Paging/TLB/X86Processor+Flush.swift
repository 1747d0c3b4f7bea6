// Micro-architecture: this file can be skipped at first reading.
// Intel SDM volume 3A, section 4.10.4.1 "Operations that Invalidate TLBs and Paging-Structure Caches";
// volume 3C, section 29.4.3.1 "Operations that Invalidate Cached Mappings"; AMD64 APM volume 2, section
// 15.16 "TLB Control"; volume 3, INVLPGA.

extension X86Processor {
  /// What an instruction, executed with these registers, makes the caches forget.
  public func flush(_ instruction: X86Maintenance) -> CacheFlush {
    // 29.4.3.1: what invalidates without VMX does so for the current VPID, and for all EP4TAs.
    let vm = tags.vm
    switch instruction {
    case .invlpg(let address):
      return addressFlush(address, .init(vm: vm, space: currentSpace))
    case .invpcidAddress(let pcid, let address):
      return addressFlush(address, .init(vm: vm, space: pcid, includesGlobal: false))
    case .invpcidSingle(let pcid), .movToCR3(let pcid, keepsEntries: false):
      return CacheFlush(.space, .init(vm: vm, space: pcid, includesGlobal: false))
    case .movToCR3(_, keepsEntries: true): return CacheFlush(.space)
    case .invpcidAll, .movToCR4ChangingPGE: return CacheFlush(.guest, .init(vm: vm))
    case .invpcidAllNonGlobal:
      return CacheFlush(.guest, .init(vm: vm, includesGlobal: false))
    case .movToCR4SettingSMEP: return CacheFlush(.space, .init(vm: vm, space: currentSpace))

    case .invvpidAddress(let vpid, let address):
      return addressFlush(address, .init(vm: vpid))
    case .invvpidSingle(let vpid): return CacheFlush(.guest, .init(vm: vpid))
    case .invvpidAll: return CacheFlush(.everything, .init(exceptVM: 0))
    case .invvpidSingleNonGlobal(let vpid):
      return CacheFlush(.guest, .init(vm: vpid, includesGlobal: false))
    case .inveptSingle(let eptp):
      let host = X86Registers.ep4ta(eptp)
      return hostFlush(.init(host: host), .init(host: host))
    case .inveptAll:
      return hostFlush(.init(needsHost: true), .init())
    case .vmTransition:
      // 29.4.3.1: "If the “enable VPID” VM-execution control is 0, VM entries and VM exits
      // invalidate linear mappings and combined mappings associated with VPID 0000H".
      return vm == 0 ? CacheFlush(.guest, .init(vm: 0)) : CacheFlush(.guest)

    case .invlpga(let asid, let address): return addressFlush(address, .init(vm: asid))
    case .tlbControlAll: return .everything
    case .tlbControlGuest: return guestFlush(includesGlobal: true)
    case .tlbControlGuestNonGlobal: return guestFlush(includesGlobal: false)
    }
  }

  /// What a fault makes the caches forget of what it met.
  ///
  /// 4.10.4.1: a page fault drops the address's pages and the walk caches' entries that would be used for
  /// it. 29.4.3.1: an EPT violation drops what would be used for the guest-physical address and, if
  /// that was a linear address's, for that one. AMD says nothing of nested page faults; they are taken
  /// to do the same, as a processor may.
  func flush(after failure: WalkFailure) -> CacheFlush? {
    guard failure.reason != .notCanonical, failure.reason != .absentMemory else { return nil }
    var flush = addressFlush(failure.guestVirtual, .init(vm: tags.vm, space: currentSpace), .fault)
    flush.guestTables?.key = flush.pages?.key
    if failure.stage == .second, let address = failure.guestPhysical {
      flush.nested = CacheFlush.Physical(host: tags.host, address: address.value)
      flush.hostTables = flush.nested
    }
    return flush
  }

  /// The current PCID; nothing without paging, where linear addresses belong to none.
  private var currentSpace: UInt16? { tags.hasGuest ? tags.space : nil }

  /// A flush of one address's pages, and of the walk caches for any address.
  private func addressFlush(
    _ address: GuestVirtual, _ contexts: CacheFlush.Contexts, _ scope: CacheFlush.Scope = .address
  ) -> CacheFlush {
    var flush = CacheFlush(scope)
    flush.pages = CacheFlush.Virtual(contexts: contexts, key: linearKey(address))
    // Global pages of a whole guest have no walk caches of their own.
    flush.guestTables = CacheFlush.Virtual(contexts: contexts)
    return flush
  }

  private func hostFlush(
    _ contexts: CacheFlush.Contexts, _ physical: CacheFlush.Physical
  ) -> CacheFlush {
    var flush = CacheFlush(.host, contexts)
    flush.nested = physical
    flush.hostTables = physical
    return flush
  }

  private func guestFlush(includesGlobal: Bool) -> CacheFlush {
    let asid = registers.guestASID
    var flush = CacheFlush(.guest, .init(vm: asid, includesGlobal: includesGlobal))
    // What is cached of nested tables is the guest's too: AMD has no other way to drop it.
    flush.nested = CacheFlush.Physical(host: TranslationTags.host(ofGuest: UInt64(asid)))
    flush.hostTables = flush.nested
    return flush
  }
}
