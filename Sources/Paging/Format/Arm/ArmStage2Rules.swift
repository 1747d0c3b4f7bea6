/// What the registers say about stage 2.
struct ArmStage2Rules: Sendable, Hashable {
  /// The descriptor bits that hold address bits beyond the output size (VTCR_EL2.PS).
  var beyondOutput: UInt64 = 0
  /// Whether the PE has 52-bit physical addresses, and with them larger blocks.
  var hasLargeAddresses = false
  /// VTCR_EL2.HA: the hardware sets the access flag.
  var updatesAccessFlag = false
  /// Whether it does so even where the rights deny the access.
  var updatesDeniedAccessFlag = false
  /// VTCR_EL2.HA and HD: the hardware makes a page with DBM writable.
  var updatesDirtyState = false
  /// HCR_EL2.PTW: stage-1 tables in Device memory are a permission fault.
  var protectsTableWalks = false
  /// Whether a fetch from Device memory is a permission fault.
  var deniesDeviceFetches = false
  /// HCR_EL2.FWB: MemAttr is relative to stage 1 (FEAT_S2FWB).
  var forcesWriteBack = false
}
