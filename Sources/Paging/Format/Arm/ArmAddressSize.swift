/// The sizes of physical addresses that an AArch64 PE has and its translation regimes use.
///
/// Arm ARM D8.1.6, "Output address size": the effective size is the lesser of what IPS or PS says and
/// of what the PE implements.
struct ArmAddressSize: Sendable, Hashable {
  /// The physical address bits that the PE implements: PAMax.
  let implemented: UInt64

  /// The widths that IPS, PS and PARange encode.
  private static let widths: [UInt64] = [32, 36, 40, 42, 44, 48, 52]

  /// The size that ID_AA64MMFR0_EL1 tells.
  init(idAA64MMFR0EL1 value: UInt64) throws(RegisterError) {
    let encoding = Bits(0...3).of(value)
    guard encoding < Self.widths.count else {
      throw RegisterError(
        "id_aa64mmfr0_el1", value, "PARange says more than 52 bits, which this model does not have")
    }
    implemented = Self.widths[Int(encoding)]
  }

  /// Whether physical addresses have 52 bits (FEAT_LPA).
  var isLarge: Bool { implemented == 52 }

  /// The output size that an encoding of IPS or PS gives.
  func output(_ encoding: UInt64, _ field: String, of register: String, _ value: UInt64)
    throws(RegisterError) -> UInt64
  {
    guard encoding < 6 else {
      throw RegisterError(
        register, value,
        encoding == 6
          ? "\(field) asks for 52-bit addresses (FEAT_LPA, FEAT_LPA2), which this model does not have"
          : "\(field) holds a reserved value")
    }
    return min(Self.widths[Int(encoding)], implemented)
  }

  /// The bits of a descriptor that must be zero for the address in it to fit `output` bits.
  func beyond(_ output: UInt64, _ tables: ArmTables) -> UInt64 {
    var mask: UInt64 = output < 48 ? Bits(Int(output)...47).mask : 0
    // With FEAT_LPA and the 64K granule, bits 15:12 of a descriptor are address bits 51:48.
    if isLarge, tables == .granule64K { mask |= Bits(12...15).mask }
    return mask
  }
}
