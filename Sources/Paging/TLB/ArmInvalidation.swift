// Micro-architecture: this file can be skipped at first reading.
// Arm ARM (DDI 0487) D8.16, "TLB maintenance", and C5.5, "A64 System instructions for TLB maintenance".

/// A TLBI instruction of the EL1&0 regime.
///
/// Without `IS` it reaches the PE that executes it, with `IS` all PEs of its Inner Shareable domain.
public struct ArmInvalidation: Sendable, Hashable {
  /// Which instruction.
  public enum Operation: Sendable, Hashable {
    /// VAE1: one address of an ASID and global pages, every level of the walk.
    case vae1(asid: UInt16, GuestVirtual)
    /// VALE1: one address of an ASID and global pages, the last level alone.
    case vale1(asid: UInt16, GuestVirtual)
    /// VAAE1: one address of all ASIDs, every level of the walk.
    case vaae1(GuestVirtual)
    /// VAALE1: one address of all ASIDs, the last level alone.
    case vaale1(GuestVirtual)
    /// ASIDE1: one ASID, without global pages.
    case aside1(asid: UInt16)
    /// VMALLE1: all of stage 1 with the current VMID, and what combines both stages.
    case vmalle1
    /// VMALLS12E1: both stages with the current VMID.
    case vmalls12e1
    /// IPAS2E1: one intermediate physical address at stage 2, every level; what combines both stages
    /// stays.
    case ipas2e1(GuestPhysical)
    /// IPAS2LE1: the same, the last level alone.
    case ipas2le1(GuestPhysical)
    /// ALLE1: both stages with every VMID.
    case alle1
  }

  /// Which instruction.
  public var operation: Operation
  /// Whether it is the `IS` form.
  public var isBroadcast: Bool

  /// An instruction that reaches all PEs, or only the one that executes it.
  public init(_ operation: Operation, isBroadcast: Bool = true) {
    self.operation = operation
    self.isBroadcast = isBroadcast
  }
}

extension ArmProcessor {
  /// What an instruction, executed with these registers, makes the caches of each PE that it reaches
  /// forget.
  public func flush(_ invalidation: ArmInvalidation) -> CacheFlush {
    var flush = flush(invalidation.operation)
    flush.isBroadcast = invalidation.isBroadcast
    return flush
  }

  private func flush(_ operation: ArmInvalidation.Operation) -> CacheFlush {
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
