/// One half of the address space of the EL1&0 regime: what TTBR0_EL1 or TTBR1_EL1 translates.
struct ArmHalf: Sendable, Hashable {
  /// Which of the two it is.
  enum Side: Int, Sendable {
    case lower = 0
    case upper = 1
  }

  /// The tables that translate it; off where stage 1 is, or where the half has no walk.
  var tables = ArmTables.off
  /// All ones for the upper half, whose addresses have ones above the translated bits.
  var flip: UInt64 = 0
  /// The address bits that count for a load or store: not the top byte where TCR_EL1.TBIn says so.
  var dataBits: UInt64 = ~0
  /// The address bits that count for an instruction fetch: TCR_EL1.TBIDn takes TBIn back.
  var fetchBits: UInt64 = ~0
  /// The width of the addresses that the half translates.
  var inputBits: UInt64 = 63
  /// Whether anything may stop an access that fits before its walk.
  var isIrregular = false
  /// Why no access is walked for, if none is: TCR_EL1.EPDn, or a TnSZ out of range.
  var disabled: WalkFailure.Reason?
  /// TCR_EL1.E0PDn: no access of EL0 is walked for (FEAT_E0PD).
  var deniesUser = false
  /// Whether the root lies beyond the output size.
  var rootIsBeyond = false

  /// Whether an address has bits beyond what the half translates.
  @inline(__always)
  func isBeyond(_ address: UInt64, _ access: WalkAccess) -> Bool {
    ((address ^ flip) & (access.isFetch ? fetchBits : dataBits)) &>> inputBits != 0
  }

  /// Why an access that fits the half stops before its walk; all of it is reported at level 0.
  func refusal(_ access: WalkAccess) -> WalkFailure.Reason? {
    if let disabled { return disabled }
    if deniesUser, access.isUser { return .walkDisabled }
    return rootIsBeyond ? .addressSize : nil
  }
}
