// Arm ARM (DDI 0487) D8.3, "Translation table descriptor formats": stage 2.

/// The fields of a VMSAv8-64 stage-2 descriptor.
enum ArmStage2Entry {
  /// Ignored by the walk: for an SMMU, for software, or for PBHA.
  static let ignored = Bits(55...63)
  /// XN[1:0]: 0 executable, 1 at EL0 only, 2 not executable, 3 at EL1 only (FEAT_XNX).
  static let executeNever = Bits(53...54)
  /// Contiguous: one of a run of entries that a TLB may hold as one.
  static let contiguous = Bits(52)
  /// DBM: the hardware may make the page writable (FEAT_HAFDBS).
  static let dirtyBitModifier = Bits(51)
  /// RES0 without FEAT_LPA2.
  static let reserved = Bits(48...50)
  /// The output address, from the granule's or the block's size up.
  static let frame = Bits(12...47)
  /// FnXS, or RES0.
  static let notXS = Bits(11)
  /// AF: used since the flag was cleared.
  static let accessFlag = Bits(10)
  /// SH: shareability.
  static let shareability = Bits(8...9)
  /// S2AP[1]: writable.
  static let write = Bits(7)
  /// S2AP[0]: readable.
  static let read = Bits(6)
  /// MemAttr: the memory type, by itself or (HCR_EL2.FWB) relative to stage 1.
  static let memoryAttributes = Bits(2...5)
  /// A table (or, at the last level, a page) rather than a block.
  static let table = Bits(1)
  /// Valid.
  static let valid = Bits(0)

  /// The fields from the most significant down.
  static let layout = [
    ignored, executeNever, contiguous, dirtyBitModifier, reserved, frame, notXS, accessFlag,
    shareability, write, read, memoryAttributes, table, valid,
  ]
}
