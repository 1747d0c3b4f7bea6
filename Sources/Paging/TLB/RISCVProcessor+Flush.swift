// Micro-architecture: this file can be skipped at first reading.
// RISC-V privileged architecture, "Supervisor Memory-Management Fence Instruction" and "Hypervisor
// Memory-Management Fence Instructions".

extension RISCVProcessor {
  /// What a fence, executed with these registers, makes the caches forget.
  public func flush(_ instruction: RISCVMaintenance) -> CacheFlush {
    switch instruction {
    case .sfenceVMA(let address, let asid), .hfenceVVMA(let address, let asid):
      // "If rs1=x0 and rs2≠x0, the fence orders all reads and writes made to any level of the page
      // tables, but only for the address space identified by integer register rs2. Accesses to global
      // mappings are not ordered."
      let contexts = CacheFlush.Contexts(
        vm: tags.vm, space: asid, includesGlobal: asid == nil)
      guard let address else { return CacheFlush(asid == nil ? .guest : .space, contexts) }
      // "If rs1≠x0 ... the fence orders only reads and writes made to leaf page table entries
      // corresponding to the virtual address in rs1".
      var flush = CacheFlush(.address)
      flush.pages = .init(contexts: contexts, key: address.value & CacheTag.addressMask)
      return flush
    case .hfenceGVMA(let address, let vmid):
      // "any entry whose guest virtual address maps to a guest physical address that matches the
      // HFENCE.GVMA's address and VMID arguments must be flushed ... a common technique is to flush all
      // entries that match the HFENCE.GVMA's VMID argument, regardless of the address argument."
      let host = vmid.map { TranslationTags.host(ofGuest: UInt64($0)) }
      var flush = CacheFlush(address == nil ? .host : .guestPhysical, .init(vm: vmid))
      flush.nested = .init(host: host, address: address?.value)
      if address == nil { flush.hostTables = flush.nested }
      return flush
    }
  }
}
