/// An instruction that makes caches of translations forget, or that waits for others to.
public struct MaintenanceInstruction: Sendable, Hashable {
  /// The instruction under its manual's name.
  public enum Name: String, Sendable, Hashable, CaseIterable {
    /// x86: one linear address, with all that the walk caches of the PCID hold.
    case invlpg = "INVLPG"
    /// x86: every linear address of every PCID, global pages too.
    case invpcidAll = "INVPCID 2"
    /// Intel: everything that was made through one EPTP. There is no form for an address.
    case inveptSingleContext = "INVEPT 1"
    /// AMD: the VMCB's TLB_CONTROL flushes the guest's ASID at the next VMRUN. INVLPGA takes a
    /// guest-virtual address, so there is no form for a guest-physical one.
    case tlbControl = "VMRUN TLB_CONTROL=3"

    /// Arm: one virtual address.
    case tlbiVAE1IS = "TLBI VAE1IS"
    /// Arm: one virtual address, the last level alone.
    case tlbiVALE1IS = "TLBI VALE1IS"
    /// Arm: all stage-1 entries of the VMID, and what combines both stages.
    case tlbiVMALLE1IS = "TLBI VMALLE1IS"
    /// Arm: one intermediate physical address at stage 2. What combines both stages stays.
    case tlbiIPAS2E1IS = "TLBI IPAS2E1IS"
    /// Arm: one intermediate physical address at stage 2, the last level alone.
    case tlbiIPAS2LE1IS = "TLBI IPAS2LE1IS"
    /// Arm: all entries of the VMID at both stages.
    case tlbiVMALLS12E1IS = "TLBI VMALLS12E1IS"
    /// Arm: waits for the stores.
    case dsbISHST = "DSB ISHST"
    /// Arm: waits for the invalidations of all PEs.
    case dsbISH = "DSB ISH"
    /// Arm: lets this PE's next instructions see it.
    case isb = "ISB"

    /// RISC-V: entries for the page of one virtual address.
    case sfenceVMA = "SFENCE.VMA"
    /// RISC-V: all entries of the first stage.
    case sfenceVMAAll = "SFENCE.VMA x0"
    /// RISC-V: G-stage entries for the page of one guest-physical address (whose register holds it
    /// shifted right by 2), and what combines both stages.
    case hfenceGVMA = "HFENCE.GVMA"
    /// RISC-V: all G-stage entries of a VMID.
    case hfenceGVMAAll = "HFENCE.GVMA x0"

    /// Whether one PE's instruction reaches all others; elsewhere each must be told to run its own.
    public var reachesAll: Bool { rawValue.hasPrefix("TLBI") || self == .dsbISH }
  }

  /// Which instruction.
  public let name: Name
  /// The address that it takes, if it takes one.
  public let address: UInt64?

  init(_ name: Name, _ address: UInt64? = nil) {
    self.name = name
    self.address = address
  }
}

extension MaintenanceInstruction: CustomStringConvertible {
  /// The instruction as an assembler might have it.
  public var description: String {
    guard let address else { return name.rawValue }
    return "\(name.rawValue), \(hex(address))"
  }
}
