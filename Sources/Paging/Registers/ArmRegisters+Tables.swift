// Arm ARM D23, "AArch64 System Register Descriptions".

extension ArmRegisters {
  /// Registers of a PE that translates through these tables, and through none where there are none.
  ///
  /// A guest may have tables for each half of its addresses. MAIR_EL1 gives index 0 Normal Write-Back
  /// and the others Device. The hardware does not set access flags or dirty state.
  public init(
    guest: GuestRoot?, upper: GuestRoot? = nil, host: HostRoot?
  ) throws(RegisterError) {
    self.init()
    // IPS: 48 bits. EPD0 and EPD1 until there are tables.
    tcrEL1 = 5 << 32 | 1 << 23 | 1 << 7 | 2 << 30
    mairEL1 = 0xff
    if let guest { try set(guest, isUpper: false) }
    if let upper { try set(upper, isUpper: true) }
    if let host { try set(host) }
  }

  private mutating func set(_ root: GuestRoot, isUpper: Bool) throws(RegisterError) {
    let register = isUpper ? "ttbr1_el1" : "ttbr0_el1"
    guard let granules = Self.granules(pageShift: root.shape.pageShift), root.format.isa == .arm
    else { throw RegisterError(register, root.address.value, "\(root.format) is no Arm format") }
    guard root.isUpperHalf == isUpper else {
      throw RegisterError(
        register, root.address.value,
        "the tables are those of the \(root.isUpperHalf ? "upper" : "lower") half")
    }
    sctlrEL1 |= 1
    let unusedBits = UInt64(64 - root.shape.inputBits)
    if isUpper {
      ttbr1EL1 = root.address.value
      tcrEL1 &= ~(1 << 23 | 3 << 30)
      tcrEL1 |= unusedBits << 16 | granules.tg1 << 30 | Self.walkAttributes << 24
    } else {
      ttbr0EL1 = root.address.value
      tcrEL1 &= ~(1 << 7)
      tcrEL1 |= unusedBits | granules.tg0 << 14 | Self.walkAttributes << 8
    }
  }

  private mutating func set(_ root: HostRoot) throws(RegisterError) {
    guard let granules = Self.granules(pageShift: root.shape.pageShift), root.format.isa == .arm
    else { throw RegisterError("vttbr_el2", root.address.value, "\(root.format) is no Arm format") }
    // SL0: the 4K granule counts up from level 2 to 0 and has level 3 as its last value; the others
    // count up from level 3.
    let levels = UInt64(root.shape.levels)
    let startLevel = root.shape.pageShift == 12 ? (levels + 2) & 3 : levels - 1
    hcrEL2 |= 1
    vttbrEL2 = root.address.value
    vtcrEL2 = UInt64(64 - root.shape.inputBits) | startLevel << 6 | Self.walkAttributes << 8
    // PS: 48 bits. Bit 31 is RES1.
    vtcrEL2 |= granules.tg0 << 14 | 5 << 16 | 1 << 31
  }

  /// IRGN, ORGN and SH of table walks: write-back, inner shareable.
  private static let walkAttributes: UInt64 = 1 | 1 << 2 | 3 << 4

  /// The encodings of a granule in TG0, which TCR_EL1 and VTCR_EL2 share, and in TG1.
  private static func granules(pageShift: Int) -> (tg0: UInt64, tg1: UInt64)? {
    switch pageShift {
    case 12: (0, 2)
    case 14: (2, 1)
    case 16: (1, 3)
    default: nil
    }
  }
}
