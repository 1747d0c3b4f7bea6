// Arm ARM (DDI 0487) D8.16, "TLB maintenance", and C5.5, "A64 System instructions for TLB maintenance".

/// A TLBI instruction of the EL1&0 regime.
///
/// Without `IS` it reaches the PE that executes it, with `IS` all PEs of its Inner Shareable domain.
public struct ArmMaintenance: Sendable, Hashable {
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

extension ArmMaintenance: CustomStringConvertible {
  /// The instruction with its operands.
  public var description: String {
    let (name, operands) = parts
    return "TLBI \(name)\(isBroadcast ? "IS" : "")\(operands)"
  }

  private var parts: (name: String, operands: String) {
    switch operation {
    case .vae1(let asid, let address): ("VAE1", ", \(address), ASID \(asid)")
    case .vale1(let asid, let address): ("VALE1", ", \(address), ASID \(asid)")
    case .vaae1(let address): ("VAAE1", ", \(address)")
    case .vaale1(let address): ("VAALE1", ", \(address)")
    case .aside1(let asid): ("ASIDE1", ", ASID \(asid)")
    case .vmalle1: ("VMALLE1", "")
    case .vmalls12e1: ("VMALLS12E1", "")
    case .ipas2e1(let address): ("IPAS2E1", ", \(address)")
    case .ipas2le1(let address): ("IPAS2LE1", ", \(address)")
    case .alle1: ("ALLE1", "")
    }
  }
}
