// RISC-V privileged architecture, "Supervisor Memory-Management Fence Instruction" and "Hypervisor
// Memory-Management Fence Instructions".

/// A fence that makes a RISC-V hart's caches forget; it reaches the hart that executes it alone.
///
/// An operand that is not set is the register x0.
public enum RISCVMaintenance: Sendable, Hashable {
  /// SFENCE.VMA, executed by the guest.
  case sfenceVMA(GuestVirtual? = nil, asid: UInt16? = nil)
  /// HFENCE.VVMA: the same for the guest of hgatp.VMID, executed by the hypervisor.
  case hfenceVVMA(GuestVirtual? = nil, asid: UInt16? = nil)
  /// HFENCE.GVMA; its register holds the guest-physical address shifted right by 2.
  case hfenceGVMA(GuestPhysical? = nil, vmid: UInt16? = nil)
}

extension RISCVMaintenance: CustomStringConvertible {
  /// The fence with its operands, of which the last ones are left out where they are x0.
  public var description: String {
    switch self {
    case .sfenceVMA(let address, let asid):
      Self.text("SFENCE.VMA", address?.description, asid, "ASID")
    case .hfenceVVMA(let address, let asid):
      Self.text("HFENCE.VVMA", address?.description, asid, "ASID")
    case .hfenceGVMA(let address, let vmid):
      Self.text("HFENCE.GVMA", address?.description, vmid, "VMID")
    }
  }

  private static func text(
    _ name: String, _ address: String?, _ number: UInt16?, _ word: String
  ) -> String {
    let space = number.map { ", \(word) \($0)" } ?? ""
    return "\(name), \(address ?? "x0")\(space)"
  }
}
