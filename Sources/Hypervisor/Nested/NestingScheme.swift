/// How the memory of a guest's guest is translated, and who keeps the tables that the hardware walks.
///
/// L0 is the hypervisor on the machine, L1 the one in its guest, and L2 the guest of that.
public enum NestingScheme: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// L1 keeps extended tables for L2 (EPT12), and L0 merges them with its own (EPT01) into those that
  /// the hardware walks (EPT02).
  case extended = "ept-on-ept"
  /// L1 shadows the tables of L2 (GPT2) by tables of its own (SPT12), which the hardware walks over
  /// EPT01; each of L2's page faults leaves it by the hardware's exit, and so by way of L0.
  case shadow = "spt-on-ept"
  /// As ``shadow``, but L2 is a program of L1's: it gets to L1 and back by software, and L0 knows
  /// nothing of it.
  case paravirtual = "pvm-on-ept"

  /// The scheme's name.
  public var description: String { rawValue }

  /// What a switch between L2 and L1 goes through.
  var isSoftware: Bool { self == .paravirtual }
  /// The tables whose edits their owner's hypervisor has to follow.
  var followed: NestedTable { self == .extended ? .extended12 : .guest2 }
  /// The tables that follow them.
  var following: NestedTable { self == .extended ? .extended02 : .shadow12 }
}
