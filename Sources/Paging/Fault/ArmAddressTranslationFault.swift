// Arm ARM D23: PAR_EL1 with F = 1; the pseudocode function AArch64.EncodePAR.

/// What PAR_EL1 holds after an address translation instruction that met a fault.
public struct ArmAddressTranslationFault: Sendable, Hashable {
  /// PAR_EL1, without the bits that are IMPLEMENTATION DEFINED.
  public var parEL1: UInt64

  /// The bits of PAR_EL1 that are defined: 63:48 are not.
  public static let definedParEL1: UInt64 = 0x0000_ffff_ffff_ffff

  init(_ failure: WalkFailure) {
    // F, and bit 11, which is RES1.
    parEL1 = 1 | 1 << 11 | ArmFaultStatus(failure).code << 1
    guard failure.stage == .second else { return }
    parEL1 |= 1 << 9
    if failure.context != .finalAccess { parEL1 |= 1 << 8 }
  }

  /// FST.
  private var status: ArmFaultStatus? { ArmFaultStatus(code: parEL1 >> 1 & 0x3f) }

  var kind: String { status?.kind ?? "fault" }

  var fields: [ReportField] {
    [ReportField("par_el1", parEL1, defined: Self.definedParEL1)]
  }

  /// The register in words.
  public var words: String {
    var text = "address translation failed: stage \(Bits(9).isSet(in: parEL1) ? 2 : 1) "
    text += status?.words ?? "fault with status 0x\(String(parEL1 >> 1 & 0x3f, radix: 16))"
    if Bits(8).isSet(in: parEL1) { text += ", on an access to a stage-1 table" }
    return text
  }
}
