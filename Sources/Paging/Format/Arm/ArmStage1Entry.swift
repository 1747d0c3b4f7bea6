// Arm ARM (DDI 0487) D8.3, "Translation table descriptor formats": stage 1 of the EL1&0 regime.

/// The fields of a VMSAv8-64 stage-1 descriptor.
enum ArmStage1Entry {
  /// Ignored in a table descriptor outside Secure state (NSTable), and in a leaf.
  static let nonSecureTable = Bits(63)
  /// APTable: what a table descriptor takes from the data access below it: bit 62 writes, bit 61 EL0.
  static let tableAccess = Bits(61...62)
  /// UXNTable: nothing below is executable at EL0.
  static let tableUserExecuteNever = Bits(60)
  /// PXNTable: nothing below is executable at EL1.
  static let tablePrivilegedExecuteNever = Bits(59)
  /// For software.
  static let software = Bits(55...58)
  /// UXN: not executable at EL0.
  static let userExecuteNever = Bits(54)
  /// PXN: not executable at EL1.
  static let privilegedExecuteNever = Bits(53)
  /// Contiguous: one of a run of entries that a TLB may hold as one.
  static let contiguous = Bits(52)
  /// DBM: the hardware may make the page writable (FEAT_HAFDBS).
  static let dirtyBitModifier = Bits(51)
  /// GP: a guarded page (FEAT_BTI).
  static let guarded = Bits(50)
  /// RES0 without FEAT_LPA2.
  static let reserved = Bits(48...49)
  /// The output address, from the granule's or the block's size up.
  static let frame = Bits(12...47)
  /// nG: not global.
  static let notGlobal = Bits(11)
  /// AF: used since the flag was cleared.
  static let accessFlag = Bits(10)
  /// SH: shareability.
  static let shareability = Bits(8...9)
  /// AP[2]: read-only.
  static let readOnly = Bits(7)
  /// AP[1]: accessible at EL0.
  static let user = Bits(6)
  /// NS: ignored outside Secure state.
  static let nonSecure = Bits(5)
  /// AttrIndx: the field of MAIR_EL1 that holds the memory attributes.
  static let attributeIndex = Bits(2...4)
  /// A table (or, at the last level, a page) rather than a block.
  static let table = Bits(1)
  /// Valid.
  static let valid = Bits(0)

  /// The fields from the most significant down.
  static let layout = [
    nonSecureTable, tableAccess, tableUserExecuteNever, tablePrivilegedExecuteNever, software,
    userExecuteNever, privilegedExecuteNever, contiguous, dirtyBitModifier, guarded, reserved,
    frame, notGlobal, accessFlag, shareability, readOnly, user, nonSecure, attributeIndex, table,
    valid,
  ]
}
