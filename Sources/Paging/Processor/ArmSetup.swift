// What the registers make of the two stages: Arm ARM D8.2, "Translation process", and D23, "AArch64
// System Register Descriptions".

/// The fields of the registers that this file reads.
private enum Field {
  static let tableBase = Bits(1...47)

  enum HCR {
    static let virtualization = Bits(0)
    static let protectsTableWalks = Bits(2)
    static let defaultCacheability = Bits(12)
    static let trapsGeneral = Bits(27)
    static let isAArch64 = Bits(31)
    static let nested = Bits(42)
    static let nested1 = Bits(43)
    static let nested2 = Bits(45)
    static let forcesWriteBack = Bits(46)
  }

  enum TCR {
    static let outputSize = Bits(32...34)
    static let updatesAccessFlag = Bits(39)
    static let updatesDirtyState = Bits(40)
    static let largeAddresses = Bits(59)
    static let canonicalTags = Bits(60...61)
  }

  enum VTCR {
    static let inputSize = Bits(0...5)
    static let startLevel = Bits(6...7)
    static let granule = Bits(14...15)
    static let outputSize = Bits(16...18)
    static let updatesAccessFlag = Bits(21)
    static let updatesDirtyState = Bits(22)
    static let largeAddresses = Bits(32)
  }
}

extension ArmRegisters {
  /// Whether stage 1 translates: AArch64.S1Enabled.
  var stage1IsOn: Bool {
    !Field.HCR.defaultCacheability.isSet(in: hcrEL2) && Bits(0).isSet(in: sctlrEL1)
  }

  /// Whether stage 2 translates: HCR_EL2.DC makes the PE behave as if VM were set.
  var stage2IsOn: Bool {
    Field.HCR.virtualization.isSet(in: hcrEL2) || Field.HCR.defaultCacheability.isSet(in: hcrEL2)
  }

  /// Refuses what this model does not have.
  func checkFeatures() throws(RegisterError) {
    guard Field.HCR.isAArch64.isSet(in: hcrEL2) else {
      throw RegisterError("hcr_el2", hcrEL2, "RW is 0: this model has no EL1 in AArch32")
    }
    guard !Field.HCR.trapsGeneral.isSet(in: hcrEL2) else {
      throw RegisterError("hcr_el2", hcrEL2, "TGE is 1: then no guest runs at EL1")
    }
    let nested =
      Field.HCR.nested.mask | Field.HCR.nested1.mask | Field.HCR.nested2.mask
    guard hcrEL2 & nested == 0 else {
      throw RegisterError(
        "hcr_el2", hcrEL2, "NV, NV1 or NV2 is 1: this model has no nested virtualization (FEAT_NV)")
    }
    guard !Bits(4).isSet(in: pstate) else {
      throw RegisterError("pstate", pstate, "nRW is 1: this model has no AArch32")
    }
    if stage1IsOn {
      guard !Bits(25).isSet(in: sctlrEL1) else {
        throw RegisterError("sctlr_el1", sctlrEL1, "EE is 1: this model has no big-endian tables")
      }
      guard !Field.TCR.largeAddresses.isSet(in: tcrEL1) else {
        throw RegisterError(
          "tcr_el1", tcrEL1, "DS is 1: this model has no 52-bit addresses (FEAT_LPA2)")
      }
      guard !Field.TCR.canonicalTags.isSet(in: tcrEL1) else {
        throw RegisterError("tcr_el1", tcrEL1, "MTX0 or MTX1 is 1: this model has no FEAT_MTE4")
      }
    }
    if stage2IsOn {
      guard !Field.VTCR.largeAddresses.isSet(in: vtcrEL2) else {
        throw RegisterError(
          "vtcr_el2", vtcrEL2, "DS is 1: this model has no 52-bit addresses (FEAT_LPA2)")
      }
      let later = [
        (34, "AssuredOnly", "FEAT_THE"), (35, "TL1", "FEAT_THE"), (36, "S2PIE", "FEAT_S2PIE"),
        (37, "S2POE", "FEAT_S2POE"), (38, "D128", "FEAT_D128"), (40, "GCSH", "FEAT_GCS"),
        (41, "TL0", "FEAT_THE"), (44, "HAFT", "FEAT_HAFT"),
      ]
      for (bit, name, feature) in later where Bits(bit).isSet(in: vtcrEL2) {
        throw RegisterError("vtcr_el2", vtcrEL2, "\(name) is 1: this model has no \(feature)")
      }
    }
  }
}

/// The largest TnSZ that a granule has (FEAT_TTST): AArch64.MaxTxSZ.
private func mostUnusedBits(_ tables: ArmTables) -> UInt64 { tables == .granule64K ? 47 : 48 }

/// Checks that a root is a multiple of its own size, and gives its address.
///
/// Bits that a misaligned root has set are RES0; what the PE does with them is CONSTRAINED
/// UNPREDICTABLE (D8.2.3).
private func root(
  _ register: String, _ value: UInt64, bytes: UInt64
) throws(RegisterError) -> UInt64 {
  let base = value & Field.tableBase.mask
  guard base & (bytes - 1) == 0 else {
    throw RegisterError(register, value, "its table of \(bytes) bytes must be a multiple of that")
  }
  return base
}

/// Stage 1 of one half of the address space.
struct ArmStage1Setup {
  var geometry = StageGeometry()
  var rules = ArmStage1Rules()

  init(
    _ side: ArmHalf.Side, _ registers: ArmRegisters, _ size: ArmAddressSize
  ) throws(RegisterError) {
    var half = ArmHalf()
    defer { rules.half = half }
    let isUpper = side == .upper
    let tcr = registers.tcrEL1
    let number = isUpper ? 1 : 0
    // AArch64.AddrTop.
    if Bits(37 + number).isSet(in: tcr) {
      half.dataBits = ~0 >> 8
      if !Bits(51 + number).isSet(in: tcr) { half.fetchBits = ~0 >> 8 }
    }
    guard registers.stage1IsOn else {
      // The upper half has no address here: its bit 55 lies beyond every physical address.
      half.inputBits = size.implemented
      return
    }
    half.flip = isUpper ? ~0 : 0
    var unusedBits = Bits(isUpper ? 16...21 : 0...5).of(tcr)
    // A range of addresses has at most 55 bits, so every address passes on to be refused.
    half.inputBits = 56
    half.isIrregular = true
    half.disabled = .walkDisabled
    guard !Bits(isUpper ? 23 : 7).isSet(in: tcr) else { return }
    // AArch64.S1TxSZFaults; a value that no granule has needs none to fault.
    half.disabled = .sizeOutOfRange
    let faults = registers.sizeOutOfRange == .fault
    if faults, !(12...48 ~= unusedBits) { return }
    half.tables = try Self.tables(side, tcr)
    if 12..<16 ~= unusedBits, half.tables == .granule64K {
      throw RegisterError(
        "tcr_el1", tcr,
        "T\(number)SZ = \(unusedBits) with the 64K granule: this model has no FEAT_LVA")
    }
    let nearest = min(max(unusedBits, 16), mostUnusedBits(half.tables))
    guard unusedBits == nearest || !faults else {
      half.tables = .off
      return
    }
    unusedBits = nearest
    half.disabled = nil
    half.deniesUser = Bits(55 + number).isSet(in: tcr)
    half.inputBits = 64 - unusedBits

    // AArch64.S1StartLevel, AArch64.S1TTBaseAddress.
    let tables = half.tables
    let levels = (half.inputBits - 1 - tables.pageShift) / tables.indexBits
    geometry.inputBits = half.inputBits
    geometry.topLevel = Int(levels)
    geometry.topShift = tables.pageShift + levels * tables.indexBits
    geometry.root = try root(
      "ttbr\(number)_el1", isUpper ? registers.ttbr1EL1 : registers.ttbr0EL1,
      bytes: 8 << (half.inputBits - geometry.topShift))
    let output = try size.output(Field.TCR.outputSize.of(tcr), "IPS", of: "tcr_el1", tcr)
    half.rootIsBeyond = geometry.root >> output != 0
    half.isIrregular = half.deniesUser || half.rootIsBeyond

    rules.beyondOutput = size.beyond(output, tables)
    rules.hasLargeAddresses = size.isLarge
    rules.hasTableLimits = !Bits(41 + number).isSet(in: tcr)
    rules.writableIsNotExecutable = Bits(19).isSet(in: registers.sctlrEL1)
    rules.deniesUserData = Bits(22).isSet(in: registers.pstate)
    rules.deniesUserCode = Bits(57).isSet(in: registers.sctlrEL1)
    rules.updatesAccessFlag = Field.TCR.updatesAccessFlag.isSet(in: tcr)
    rules.updatesDeniedAccessFlag =
      rules.updatesAccessFlag && registers.deniedAccessFlag == .set
    rules.updatesDirtyState =
      rules.updatesAccessFlag && Field.TCR.updatesDirtyState.isSet(in: tcr)
    if registers.deviceFetch == .denied {
      rules.unfetchable = ArmMemoryAttributes.deviceIndexes(mair: registers.mairEL1)
    }
  }

  /// The granule that TG0 or TG1 says; the two have different encodings.
  private static func tables(
    _ side: ArmHalf.Side, _ tcr: UInt64
  ) throws(RegisterError) -> ArmTables {
    switch side {
    case .lower:
      switch Bits(14...15).of(tcr) {
      case 0: return .granule4K
      case 1: return .granule64K
      case 2: return .granule16K
      default: throw RegisterError("tcr_el1", tcr, "TG0 = 3 is reserved")
      }
    case .upper:
      switch Bits(30...31).of(tcr) {
      case 1: return .granule16K
      case 2: return .granule4K
      case 3: return .granule64K
      default: throw RegisterError("tcr_el1", tcr, "TG1 = 0 is reserved")
      }
    }
  }
}

/// Stage 2.
struct ArmStage2Setup {
  var tables = ArmTables.off
  var geometry = StageGeometry()
  var rules = ArmStage2Rules()
  /// Why every access that comes here stops, if it does.
  var refusal: WalkFailure.Reason?

  init(_ registers: ArmRegisters, _ size: ArmAddressSize) throws(RegisterError) {
    guard registers.stage2IsOn else { return }
    let vtcr = registers.vtcrEL2
    switch Field.VTCR.granule.of(vtcr) {
    case 0: tables = .granule4K
    case 1: tables = .granule64K
    case 2: tables = .granule16K
    default: throw RegisterError("vtcr_el2", vtcr, "TG0 = 3 is reserved")
    }
    let output = try size.output(Field.VTCR.outputSize.of(vtcr), "PS", of: "vtcr_el2", vtcr)
    var unusedBits = Field.VTCR.inputSize.of(vtcr)
    if size.isLarge, tables == .granule64K, 12..<16 ~= unusedBits {
      throw RegisterError(
        "vtcr_el2", vtcr,
        "T0SZ = \(unusedBits) with the 64K granule: this model has no 52-bit addresses (FEAT_LPA)")
    }

    // AArch64.S2Translate: a level 0 translation fault where T0SZ is out of range (S2TxSZFaults), and
    // where SL0 is none of the granule's or does not go with it.
    let least = 64 - min(48, size.implemented)
    let nearest = min(max(unusedBits, least), mostUnusedBits(tables))
    guard unusedBits == nearest || registers.sizeOutOfRange == .nearest,
      let levels = startLevel(Field.VTCR.startLevel.of(vtcr), size)
    else {
      refusal = .sizeOutOfRange
      return
    }
    unusedBits = nearest
    // AArch64.S2InconsistentSL: at least one bit is looked up in the root, and at most 16 tables are
    // concatenated there.
    let inputBits = 64 - unusedBits
    let topShift = tables.pageShift + levels * tables.indexBits
    guard inputBits > topShift, inputBits - topShift <= tables.indexBits + 4 else {
      refusal = .sizeOutOfRange
      return
    }
    geometry.inputBits = inputBits
    geometry.topLevel = Int(levels)
    geometry.topShift = topShift
    geometry.root = try root(
      "vttbr_el2", registers.vttbrEL2, bytes: 8 << (inputBits - topShift))
    if geometry.root >> output != 0 { refusal = .addressSize }

    let hcr = registers.hcrEL2
    rules.beyondOutput = size.beyond(output, tables)
    rules.hasLargeAddresses = size.isLarge
    rules.updatesAccessFlag = Field.VTCR.updatesAccessFlag.isSet(in: vtcr)
    rules.updatesDeniedAccessFlag =
      rules.updatesAccessFlag && registers.deniedAccessFlag == .set
    rules.deniesDeviceFetches = registers.deviceFetch == .denied
    rules.updatesDirtyState =
      rules.updatesAccessFlag && Field.VTCR.updatesDirtyState.isSet(in: vtcr)
    rules.protectsTableWalks = Field.HCR.protectsTableWalks.isSet(in: hcr)
    rules.forcesWriteBack = Field.HCR.forcesWriteBack.isSet(in: hcr)
  }

  /// The level, counted from the leaf, at which the walk starts: AArch64.S2StartLevel, and nothing
  /// where AArch64.S2InvalidSL says so.
  private func startLevel(_ encoding: UInt64, _ size: ArmAddressSize) -> UInt64? {
    switch (tables, encoding) {
    case (.granule4K, 0): 1
    case (.granule4K, 1): 2
    case (.granule4K, 2): size.implemented >= 44 ? 3 : nil
    case (.granule4K, 3): 0
    case (.granule16K, 0), (.granule64K, 0): 0
    case (.granule16K, 1), (.granule64K, 1): 1
    case (.granule16K, 2): size.implemented >= 42 ? 2 : nil
    case (.granule64K, 2): size.implemented >= 44 ? 2 : nil
    default: nil
    }
  }
}
