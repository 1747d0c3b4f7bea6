/// What the EPTP, the VM-execution controls and the processor's capabilities say about EPT.
struct EPTRules: Sendable, Hashable {
  /// MAXPHYADDR: address bits from here up to 51 are reserved.
  var physicalBits: UInt64 = 52
  /// IA32_VMX_EPT_VPID_CAP bit 0: whether pages may be executable without being readable.
  var offersExecuteOnly = false
  /// IA32_VMX_EPT_VPID_CAP bit 16: whether there are 2-MByte pages.
  var offers2M = false
  /// IA32_VMX_EPT_VPID_CAP bit 17: whether there are 1-GByte pages.
  var offers1G = false
  /// EPTP bit 6: whether accessed and dirty flags are set.
  var hasFlags = false
  /// Mode-based execute control: whether user-mode addresses have an execute bit of their own.
  var isModeBased = false
}
