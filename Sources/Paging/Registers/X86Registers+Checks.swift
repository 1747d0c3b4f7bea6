// Intel SDM volume 3A (the edition of 2023), sections 2.5 "Control Registers" and 4.1 "Paging Modes
// and Control Bits"; volume 3C, 24.6.11 "Extended-Page-Table Pointer" and 26.2.1.1 "VM-Execution
// Control Fields"; AMD64 APM volume 2, sections 3.1 "System-Control Registers", 15.25.3 and 15.25.4.

extension X86Registers {
  /// CR0.PG: whether linear addresses are translated.
  var hasPaging: Bool { cr0 & 1 << 31 != 0 }

  /// IA32_EFER.NXE: whether pages can forbid execution.
  var hasNoExecute: Bool { efer & 1 << 11 != 0 }

  /// CR4.SMEP: whether supervisors are kept from executing user pages.
  var hasSMEP: Bool { cr4 & 1 << 20 != 0 }

  /// The levels of the guest's tables; 0 without paging.
  var guestLevels: Int { !hasPaging ? 0 : cr4 & 1 << 12 != 0 ? 5 : 4 }

  /// Secondary control 22: whether EPT tells user fetches from supervisor fetches.
  var hasModeBasedExecute: Bool { secondaryControls & 1 << 22 != 0 }

  /// IA32_VMX_EPT_VPID_CAP bit 22: whether the exit qualification tells of the guest's page.
  var hasAdvancedExitInformation: Bool { ia32VMXEPTVPIDCap & 1 << 22 != 0 }

  /// The linear address that the processor makes of the program's.
  ///
  /// Outside 64-bit mode a linear address has 32 bits, and the sum that makes it wraps; without paging
  /// the processor can't be in 64-bit mode.
  func linear(_ address: GuestVirtual) -> GuestVirtual {
    hasPaging || isPhysical ? address : GuestVirtual(address.value & 0xffff_ffff)
  }

  /// Refuses what the architecture can't have, and what is not modelled.
  func check() throws(RegisterError) {
    guard (32...52).contains(maxphyaddr) else {
      throw RegisterError("maxphyaddr", maxphyaddr, "a physical address has 32 to 52 bits")
    }
    try checkMode()
    try checkGuestRoot()
    for (name, keys) in [("pkru", pkru), ("ia32_pkrs", ia32PKRS)] where keys >> 32 != 0 {
      throw RegisterError(name, keys, "bits 63:32 are reserved; 16 keys have two bits each")
    }
    if let ncr3, eptp != nil {
      throw RegisterError("ncr3", ncr3, "eptp is set too, and a guest has EPT or nested tables")
    }
    if let eptp { try checkEPT(eptp) }
    if let ncr3 { try checkNested(ncr3) }
  }

  /// The paging mode that CR0, CR4 and IA32_EFER give the guest.
  private func checkMode() throws(RegisterError) {
    let longModeActive = efer & 1 << 10 != 0
    let longModeEnabled = efer & 1 << 8 != 0
    let hasPAE = cr4 & 1 << 5 != 0
    if hasPaging, cr0 & 1 == 0 {
      throw RegisterError("cr0", cr0, "PG (bit 31) needs PE (bit 0)")
    }
    guard longModeActive == (hasPaging && longModeEnabled) else {
      throw RegisterError(
        "efer", efer, "LMA (bit 10) is set exactly if LME (bit 8) and CR0.PG are")
    }
    if hasPaging, !longModeActive {
      throw RegisterError(
        "efer", efer,
        "with CR0.PG but not in long mode the guest uses \(hasPAE ? "PAE" : "32-bit") paging,"
          + " which is not modelled")
    }
    if longModeActive, !hasPAE {
      throw RegisterError("cr4", cr4, "long mode needs PAE (bit 5)")
    }
    if !longModeActive, cr4 & 1 << 17 != 0 {
      throw RegisterError("cr4", cr4, "PCIDE (bit 17) needs long mode")
    }
    if cr4 & 1 << 23 != 0 {
      throw RegisterError("cr4", cr4, "CET (bit 23) and its shadow stacks are not modelled")
    }
    if cr4 & 1 << 28 != 0 {
      throw RegisterError("cr4", cr4, "linear-address masking (LAM_SUP, bit 28) is not modelled")
    }
    if efer & 1 << 20 != 0 {
      throw RegisterError("efer", efer, "upper address ignore (UAIE, bit 20) is not modelled")
    }
  }

  private func checkGuestRoot() throws(RegisterError) {
    if Bits(61...62).isSet(in: cr3) {
      throw RegisterError("cr3", cr3, "linear-address masking (LAM, bits 62:61) is not modelled")
    }
    try checkWidth("cr3", cr3)
  }

  /// Refuses a root outside the machine's physical addresses.
  private func checkWidth(_ name: String, _ root: UInt64) throws(RegisterError) {
    guard root >> maxphyaddr == 0 else {
      throw RegisterError(
        name, root, "bits 63:\(maxphyaddr) are beyond maxphyaddr and must be zero")
    }
  }

  private func checkEPT(_ eptp: UInt64) throws(RegisterError) {
    let offers = { (bit: UInt64) in ia32VMXEPTVPIDCap & 1 << bit != 0 }
    let memoryType = Bits(0...2).of(eptp)
    guard memoryType == 0 || memoryType == 6 else {
      throw RegisterError("eptp", eptp, "its memory type (bits 2:0) must be 0 or 6")
    }
    guard offers(memoryType == 0 ? 8 : 14) else {
      throw RegisterError(
        "eptp", eptp, "ia32_vmx_ept_vpid_cap does not offer the memory type \(memoryType)")
    }
    let length = Bits(3...5).of(eptp)
    guard length == 3 || length == 4 else {
      throw RegisterError(
        "eptp", eptp, "its walk length less one (bits 5:3) must be 3 or 4, for 4 or 5 levels")
    }
    guard offers(length == 3 ? 6 : 7) else {
      throw RegisterError(
        "eptp", eptp, "ia32_vmx_ept_vpid_cap does not offer walks of \(length + 1) levels")
    }
    guard !Bits(6).isSet(in: eptp) || offers(21) else {
      throw RegisterError(
        "eptp", eptp, "ia32_vmx_ept_vpid_cap does not offer accessed and dirty flags (bit 6)")
    }
    guard !Bits(7).isSet(in: eptp) else {
      throw RegisterError("eptp", eptp, "supervisor shadow-stack control (bit 7) is not modelled")
    }
    guard !Bits(8...11).isSet(in: eptp) else {
      throw RegisterError("eptp", eptp, "bits 11:8 are reserved; the root is a 4-KByte page")
    }
    try checkWidth("eptp", eptp)
    guard !Bits(18).isSet(in: secondaryControls) else {
      throw RegisterError(
        "secondary_controls", secondaryControls, "EPT-violation #VE (bit 18) is not modelled")
    }
    guard !Bits(23).isSet(in: secondaryControls) else {
      throw RegisterError(
        "secondary_controls", secondaryControls,
        "sub-page write permissions for EPT (bit 23) are not modelled")
    }
  }

  private func checkNested(_ ncr3: UInt64) throws(RegisterError) {
    let longMode: UInt64 = 1 << 10 | 1 << 8
    guard hostEFER & longMode == longMode else {
      throw RegisterError(
        "host_efer", hostEFER,
        "LMA and LME (bits 10 and 8) are not both set, and nested tables of a host outside long mode"
          + " are not modelled")
    }
    guard hostCR0 & 1 << 31 != 0, hostCR0 & 1 != 0 else {
      throw RegisterError("host_cr0", hostCR0, "long mode needs PG and PE (bits 31 and 0)")
    }
    guard hostCR4 & 1 << 5 != 0 else {
      throw RegisterError("host_cr4", hostCR4, "long mode needs PAE (bit 5)")
    }
    // PWT and PCD are the only flags of a root.
    guard !Bits(0...2).isSet(in: ncr3), !Bits(5...11).isSet(in: ncr3) else {
      throw RegisterError(
        "ncr3", ncr3, "bits 11:5 and 2:0 must be zero; the root is a 4-KByte page")
    }
    try checkWidth("ncr3", ncr3)
  }
}
