/// The registers that steer translation in the EL1&0 regime of AArch64, under the manual's names.
public struct ArmRegisters: Sendable, Hashable {
  /// HCR_EL2: VM is bit 0, PTW 2, DC 12, TGE 27, RW 31, CD 32, FWB 46; by default RW alone, because
  /// EL1 is AArch64 here.
  public var hcrEL2: UInt64 = 1 << 31
  /// VTCR_EL2: the geometry of stage 2.
  public var vtcrEL2: UInt64 = 0
  /// VTTBR_EL2: the root of stage 2 and the VMID.
  public var vttbrEL2: UInt64 = 0
  /// TCR_EL1: the geometry of stage 1.
  public var tcrEL1: UInt64 = 0
  /// TTBR0_EL1: the root of the lower half.
  public var ttbr0EL1: UInt64 = 0
  /// TTBR1_EL1: the root of the upper half.
  public var ttbr1EL1: UInt64 = 0
  /// SCTLR_EL1: M is bit 0, WXN 19, EE 25, EPAN 57.
  public var sctlrEL1: UInt64 = 0
  /// MAIR_EL1: the memory attributes that stage-1 entries index.
  public var mairEL1: UInt64 = 0
  /// PSTATE, laid out as SPSR_EL2: PAN is bit 22, UAO 23.
  public var pstate: UInt64 = 0
  /// ID_AA64MMFR0_EL1: PARange is bits 3:0, the size of physical addresses; by default 5, 48 bits.
  public var idAA64MMFR0EL1: UInt64 = 5
  /// What a TnSZ out of range means, where the manual leaves a choice.
  public var sizeOutOfRange = ArmSizeOutOfRange.fault
  /// What a fetch from Device memory comes to, where the manual leaves a choice.
  public var deviceFetch = ArmDeviceFetch.allowed
  /// What becomes of the access flag when an access is denied, where the manual leaves a choice.
  public var deniedAccessFlag = ArmDeniedAccessFlag.kept

  /// Registers that are all at their defaults: both stages are off.
  public init() {}
}
