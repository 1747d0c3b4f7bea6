/// What the registers say about stage 1 of one half of the address space.
struct ArmStage1Rules: Sendable, Hashable {
  /// Which addresses the half has, and what stops them before a walk.
  var half = ArmHalf()
  /// The descriptor bits that hold address bits beyond the output size (TCR_EL1.IPS).
  var beyondOutput: UInt64 = 0
  /// Whether the PE has 52-bit physical addresses, and with them larger blocks.
  var hasLargeAddresses = false
  /// Whether table descriptors limit what is below them (TCR_EL1.HPDn clear).
  var hasTableLimits = true
  /// SCTLR_EL1.WXN: what is writable is not executable.
  var writableIsNotExecutable = false
  /// PSTATE.PAN: EL1 has no data access to what EL0 has.
  var deniesUserData = false
  /// SCTLR_EL1.EPAN: PAN counts execute-only user pages too (FEAT_PAN3).
  var deniesUserCode = false
  /// TCR_EL1.HA: the hardware sets the access flag.
  var updatesAccessFlag = false
  /// Whether it does so even where the rights deny the access.
  var updatesDeniedAccessFlag = false
  /// TCR_EL1.HA and HD: the hardware makes a page with DBM writable.
  var updatesDirtyState = false
  /// The values of AttrIndx that forbid fetches, because MAIR_EL1 makes them Device; one bit each.
  var unfetchable: UInt64 = 0
}
