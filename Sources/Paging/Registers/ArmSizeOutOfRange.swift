/// What a PE makes of a TnSZ that is beyond the range its granule has, in TCR_EL1 or VTCR_EL2.
///
/// CONSTRAINED UNPREDICTABLE: the pseudocode functions AArch64.S1TxSZFaults and AArch64.S2TxSZFaults.
/// Below the range the fault is required where FEAT_LVA or FEAT_LPA is there.
public enum ArmSizeOutOfRange: String, Sendable, Hashable, CaseIterable {
  /// Every access is a translation fault at level 0.
  case fault
  /// The nearest value in the range counts.
  case nearest
}
