/// The registers that steer translation of a RISC-V guest, under the manual's names.
public struct RISCVRegisters: Sendable, Hashable {
  /// vsatp: the mode and root of the VS-stage.
  public var vsatp: UInt64 = 0
  /// hgatp: the mode and root of the G-stage.
  public var hgatp: UInt64 = 0
  /// vsstatus: SUM is bit 18, MXR 19.
  public var vsstatus: UInt64 = 0
  /// The hypervisor's sstatus, whose MXR (19) reaches both stages.
  public var sstatus: UInt64 = 0
  /// hstatus: VSBE is bit 5, GVA 6, SPVP 8, VSXL 33:32.
  public var hstatus: UInt64 = 0
  /// menvcfg: ADUE is bit 61, PBMTE 62.
  public var menvcfg: UInt64 = 0
  /// henvcfg: ADUE is bit 61, PBMTE 62.
  public var henvcfg: UInt64 = 0

  /// Registers that are all zero: both stages are bare.
  public init() {}
}
