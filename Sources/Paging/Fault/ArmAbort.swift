// Arm ARM D23: ESR_EL2, FAR_EL2 and HPFAR_EL2; the pseudocode functions AArch64.FaultSyndrome,
// AArch64.AbortSyndrome and IPAValid.

/// What the registers hold when a translation fault takes an exception from EL1 or EL0.
public struct ArmAbort: Sendable, Hashable {
  /// The exception level that the fault is taken to: 1 or 2.
  public var targetEL: Int
  /// ESR_EL1 or ESR_EL2.
  public var esr: UInt64
  /// The bits of ``esr`` that are defined: those that describe the instruction are only where the
  /// instruction is known.
  public var definedESR: UInt64
  /// FAR_EL1 or FAR_EL2: the guest-virtual address.
  public var far: UInt64
  /// HPFAR_EL2, whose bits 47:4 are the guest-physical address's bits 55:12, where it is defined.
  public var hpfar: UInt64?

  private static let exceptionClass = Bits(26...31)

  // Part of its caller: a failure is more words than are worth a copy.
  @inline(__always)
  init(_ failure: WalkFailure, hcrEL2: UInt64) {
    let status = ArmFaultStatus(failure)
    let access = failure.asked
    let isExternal = status.faultClass == .externalAbort
    let isFetch = access.kind == .fetch && !access.isAddressTranslation
    let isStage2 = failure.stage == .second
    let isTableAccess = isStage2 && failure.context != .finalAccess
    let instruction = access.instruction == nil ? nil : ArmLoadStore(access.instruction)

    // An address translation instruction runs at EL2 here: an external abort stays there. HCR_EL2.TEA
    // routes external aborts to EL2.
    let routesToEL2 = isExternal && Bits(37).isSet(in: hcrEL2)
    targetEL = isStage2 || routesToEL2 || access.isAddressTranslation ? 2 : 1
    let isSameLevel =
      access.isAddressTranslation || (targetEL == 1 && access.privilege == .supervisor)
    let exceptionClass: UInt64 = (isFetch ? 0x20 : 0x24) | (isSameLevel ? 1 : 0)

    // IL is 1 for an instruction abort, for a data abort without ISV, and for any 32-bit instruction.
    esr = Self.exceptionClass.holding(exceptionClass) | 1 << 25 | status.code
    definedESR = ~0
    if isTableAccess { esr |= 1 << 7 }
    if isExternal { definedESR &= ~(1 << 9) }
    if !isFetch {
      // "WnR is 1 for faults on cache maintenance and address translation instructions"; CM marks them.
      let isMaintenance = access.isAddressTranslation || instruction?.isCacheMaintenance == true
      if isMaintenance { esr |= 1 << 8 }
      if isMaintenance || access.kind == .write { esr |= 1 << 6 }
      if isStage2, !isTableAccess, !isExternal {
        if let instruction {
          esr |= instruction.syndrome
        } else {
          definedESR &= ~ArmLoadStore.fields.mask
        }
      }
    }
    far = failure.guestVirtual.value
    // IPAValid: not for a permission fault of the access itself, whose address FAR_EL2 tells.
    let isDefined = isStage2 && !isExternal && (isTableAccess || status.faultClass != .permission)
    hpfar = isDefined ? failure.guestPhysical.map { ($0.value >> 12) << 4 } : nil
  }

  /// DFSC or IFSC.
  private var status: ArmFaultStatus? { ArmFaultStatus(code: esr & 0x3f) }

  var kind: String { status?.kind ?? "abort" }

  var fields: [ReportField] {
    var fields = [
      ReportField("target_el", UInt64(targetEL), isNumber: true),
      ReportField("esr", esr, defined: definedESR), ReportField("far", far),
    ]
    if let hpfar { fields.append(ReportField("hpfar", hpfar)) }
    return fields
  }

  /// The registers in words.
  public var words: String {
    let code = Self.exceptionClass.of(esr)
    let isFetch = code & ~1 == 0x20
    var text = isFetch ? "instruction abort" : "data abort"
    text += code & 1 == 0 ? " from a lower exception level" : " from the same exception level"
    text += ", taken to EL\(targetEL): stage \(targetEL == 2 ? 2 : 1) "
    text += status?.words ?? "fault with status 0x\(String(esr & 0x3f, radix: 16))"
    if isFetch {
      text += ","
    } else {
      let access = Bits(6).isSet(in: esr) ? "write" : "read"
      text += Bits(8).isSet(in: esr) ? ", by a maintenance instruction" : ", by a \(access)"
    }
    text += " at guest-virtual \(GuestVirtual(far))"
    if let hpfar { text += ", guest-physical page \(GuestPhysical((hpfar >> 4) << 12))" }
    if Bits(7).isSet(in: esr) { text += ", on an access to a stage-1 table" }
    if Bits(24).isSet(in: esr) {
      let name = Bits(15).isSet(in: esr) ? "X" : "W"
      let isSigned = Bits(21).isSet(in: esr) ? ", sign-extended" : ""
      let isOrdered = Bits(14).isSet(in: esr) ? ", ordered" : ""
      let bytes = 1 << Bits(22...23).of(esr)
      text += ", \(bytes) byte\(bytes == 1 ? "" : "s") of \(name)\(Bits(16...20).of(esr))"
      text += isSigned + isOrdered
    }
    return text
  }
}
