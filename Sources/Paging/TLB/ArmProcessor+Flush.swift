// Micro-architecture: this file can be skipped at first reading.
// Arm ARM (DDI 0487) D8.16, "TLB maintenance", and C5.5, "A64 System instructions for TLB maintenance".

extension ArmProcessor {
  /// What an instruction, executed with these registers, makes the caches of each PE that it reaches
  /// forget.
  public func flush(_ instruction: ArmMaintenance) -> CacheFlush {
    var flush = flush(instruction.operation)
    flush.isBroadcast = instruction.isBroadcast
    return flush
  }

  private func flush(_ operation: ArmMaintenance.Operation) -> CacheFlush {
    let vm = tags.vm
    switch operation {
    // "from a level of lookup above the final level and matches the specified ASID", or a global entry
    // or one of the ASID "from the final level".
    case .vae1(let asid, let address):
      return addressFlush(address, .init(vm: vm, space: asid), lastLevel: false)
    case .vale1(let asid, let address):
      return addressFlush(address, .init(vm: vm, space: asid), lastLevel: true)
    case .vaae1(let address): return addressFlush(address, .init(vm: vm), lastLevel: false)
    case .vaale1(let address): return addressFlush(address, .init(vm: vm), lastLevel: true)
    case .aside1(let asid):
      return CacheFlush(.space, .init(vm: vm, space: asid, includesGlobal: false))
    case .vmalle1: return CacheFlush(.guest, .init(vm: vm))
    case .vmalls12e1:
      var flush = CacheFlush(.host, .init(vm: vm))
      flush.nested = .init(host: stage2)
      flush.hostTables = flush.nested
      return flush
    // "The invalidation is not required to apply to caching structures that combine stage 1 and
    // stage 2 translation table entries."
    case .ipas2e1(let address):
      var flush = CacheFlush(.guestPhysical)
      flush.nested = .init(host: stage2, address: address.value)
      flush.hostTables = flush.nested
      return flush
    case .ipas2le1(let address):
      var flush = CacheFlush(.guestPhysical)
      flush.nested = .init(host: stage2, address: address.value)
      return flush
    case .alle1: return .everything
    }
  }

  private var stage2: UInt64 { TranslationTags.host(ofGuest: UInt64(tags.vm)) }

  private func addressFlush(
    _ address: GuestVirtual, _ contexts: CacheFlush.Contexts, lastLevel: Bool
  ) -> CacheFlush {
    var flush = CacheFlush(.address)
    flush.pages = .init(contexts: contexts, key: maintenanceKey(address.value))
    if !lastLevel { flush.guestTables = flush.pages }
    return flush
  }
}
