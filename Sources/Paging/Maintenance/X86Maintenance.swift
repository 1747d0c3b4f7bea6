// Intel SDM volume 3A, section 4.10.4.1 "Operations that Invalidate TLBs and Paging-Structure Caches";
// volume 3C, section 29.4.3.1 "Operations that Invalidate Cached Mappings"; AMD64 APM volume 2, section
// 15.16 "TLB Control"; volume 3, INVLPGA.

/// What makes an x86-64 processor's caches forget: an instruction, or a change of a register.
///
/// A processor may always forget more than it must; what is modelled is what it must.
public enum X86Maintenance: Sendable, Hashable {
  /// INVLPG: the address's pages of the current PCID and global ones; all of the PCID's walk caches.
  case invlpg(GuestVirtual)
  /// INVPCID type 0: one address of a PCID, without global pages; the PCID's walk caches.
  case invpcidAddress(pcid: UInt16, GuestVirtual)
  /// INVPCID type 1: one PCID, without global pages.
  case invpcidSingle(pcid: UInt16)
  /// INVPCID type 2: all PCIDs, with global pages.
  case invpcidAll
  /// INVPCID type 3: all PCIDs, without global pages.
  case invpcidAllNonGlobal
  /// MOV to CR3, of the PCID that it loads (0 without CR4.PCIDE); bit 63 of its operand keeps everything.
  case movToCR3(pcid: UInt16, keepsEntries: Bool)
  /// MOV to CR4 that changes PGE or clears PCIDE, and MOV to CR0 that clears PG: all PCIDs, with global
  /// pages.
  case movToCR4ChangingPGE
  /// MOV to CR4 that changes PAE or sets SMEP: the current PCID, with global pages.
  case movToCR4SettingSMEP
  /// INVVPID type 0: one address of a VPID.
  case invvpidAddress(vpid: UInt16, GuestVirtual)
  /// INVVPID type 1: one VPID.
  case invvpidSingle(vpid: UInt16)
  /// INVVPID type 2: all VPIDs but 0.
  case invvpidAll
  /// INVVPID type 3: one VPID, without global pages.
  case invvpidSingleNonGlobal(vpid: UInt16)
  /// INVEPT type 1: one EPTP, with all that was made through it.
  case inveptSingle(eptp: UInt64)
  /// INVEPT type 2: all EPTPs, with all that was made through them.
  case inveptAll
  /// Intel: a VM entry or VM exit; with VPIDs it drops nothing, without them VPID 0's entries.
  case vmTransition
  /// AMD INVLPGA: one address of an ASID.
  case invlpga(asid: UInt16, GuestVirtual)
  /// AMD: VMRUN with TLB_CONTROL 1, everything.
  case tlbControlAll
  /// AMD: VMRUN with TLB_CONTROL 3, the ASID of the guest.
  case tlbControlGuest
  /// AMD: VMRUN with TLB_CONTROL 7, the ASID of the guest without global pages.
  case tlbControlGuestNonGlobal
}

extension X86Maintenance: CustomStringConvertible {
  /// The instruction with its operands.
  public var description: String {
    switch self {
    case .invlpg(let address): "INVLPG, \(address)"
    case .invpcidAddress(let pcid, let address): "INVPCID 0, PCID \(pcid), \(address)"
    case .invpcidSingle(let pcid): "INVPCID 1, PCID \(pcid)"
    case .invpcidAll: "INVPCID 2"
    case .invpcidAllNonGlobal: "INVPCID 3"
    case .movToCR3(let pcid, let keepsEntries):
      "MOV CR3, PCID \(pcid)\(keepsEntries ? ", bit 63" : "")"
    case .movToCR4ChangingPGE: "MOV CR4, PGE"
    case .movToCR4SettingSMEP: "MOV CR4, SMEP"
    case .invvpidAddress(let vpid, let address): "INVVPID 0, VPID \(vpid), \(address)"
    case .invvpidSingle(let vpid): "INVVPID 1, VPID \(vpid)"
    case .invvpidAll: "INVVPID 2"
    case .invvpidSingleNonGlobal(let vpid): "INVVPID 3, VPID \(vpid)"
    case .inveptSingle(let eptp): "INVEPT 1, EPTP \(hex(eptp))"
    case .inveptAll: "INVEPT 2"
    case .vmTransition: "VM transition"
    case .invlpga(let asid, let address): "INVLPGA, \(address), ASID \(asid)"
    case .tlbControlAll: "VMRUN TLB_CONTROL=1"
    case .tlbControlGuest: "VMRUN TLB_CONTROL=3"
    case .tlbControlGuestNonGlobal: "VMRUN TLB_CONTROL=7"
    }
  }
}
