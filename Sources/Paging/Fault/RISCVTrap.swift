// RISC-V privileged architecture, hypervisor extension, "Trap Cause Codes" and "Transformed
// Instruction or Pseudoinstruction for mtinst or htinst".

/// What the CSRs hold when a translation fault of a guest reaches HS-mode.
public struct RISCVTrap: Sendable, Hashable {
  /// scause: the exception code.
  public var scause: UInt64
  /// stval: the guest-virtual address.
  public var stval: UInt64
  /// htval: the guest-physical address, shifted right by 2, of a guest-page fault.
  public var htval: UInt64
  /// htinst: a pseudoinstruction for an implicit access, else the transformed instruction or 0.
  public var htinst: UInt64
  /// hstatus.GVA: whether stval holds a guest-virtual address.
  public var gva: Bool

  init(_ failure: WalkFailure) {
    let column: UInt64 =
      switch failure.asked.kind {
      case .fetch: 0
      case .read, .hlvx: 1
      case .write: 3
      }
    stval = failure.guestVirtual.value
    gva = true
    htval = 0
    // Zero is always right, unless a pseudoinstruction is due; a fetch has no transformation.
    htinst =
      column == 0 ? 0 : RISCVLoadStore(failure.asked.instruction)?.transformed ?? 0
    guard failure.reason != .absentMemory else {
      // Instruction, load and store access faults: 1, 5, 7.
      scause = column == 0 ? 1 : 4 + column
      return
    }
    guard failure.stage == .second else {
      scause = 12 + column
      return
    }
    scause = 20 + column
    htval = (failure.guestPhysical?.value ?? 0) >> 2
    htinst =
      switch failure.context {
      case .tableRead: 0x3000
      case .tableUpdate: 0x3020
      case .finalAccess: htinst
      }
  }

  var kind: String {
    switch scause {
    case 20...23: "guest-page-fault"
    case 12...15: "page-fault"
    default: "access-fault"
    }
  }

  var fields: [ReportField] {
    [
      ReportField("scause", scause), ReportField("stval", stval), ReportField("htval", htval),
      ReportField("htinst", htinst), ReportField("gva", gva ? 1 : 0, isNumber: true),
    ]
  }

  /// The trap in words.
  public var words: String {
    let name =
      switch scause {
      case 1: "instruction access fault"
      case 5: "load access fault"
      case 7: "store/AMO access fault"
      case 12: "instruction page fault"
      case 13: "load page fault"
      case 15: "store/AMO page fault"
      case 20: "instruction guest-page fault"
      case 21: "load guest-page fault"
      default: "store/AMO guest-page fault"
      }
    var text = "\(name) at guest-virtual \(GuestVirtual(stval))"
    if scause >= 20 {
      // "For faults due to implicit memory accesses for VS-stage address translation, the
      // least-significant two bits are instead zeros."
      let isImplicit = htinst == 0x3000 || htinst == 0x3020
      let address = GuestPhysical(htval << 2 | (isImplicit ? 0 : stval & 3))
      text += ", guest-physical \(address)"
    }
    switch htinst {
    case 0x3000: text += ", while reading a VS-stage table"
    case 0x3020: text += ", while updating a VS-stage table"
    default: break
    }
    return text
  }
}
