/// What an architecture tells of a fault, to the guest or to the hypervisor.
public enum FaultReport: Sendable, Hashable {
  /// RISC-V: the trap CSRs.
  case riscvTrap(RISCVTrap)
  /// x86-64: a page fault or general-protection exception of the guest.
  case x86Exception(X86Exception)
  /// Intel: the VM exit of an EPT violation.
  case eptViolation(EPTViolation)
  /// Intel: the VM exit of an EPT misconfiguration.
  case eptMisconfiguration(EPTMisconfiguration)
  /// AMD: the VM exit of a nested page fault.
  case nestedPageFault(NestedPageFault)
  /// A table without memory, where the architecture tells nothing.
  case absentMemory(AbsentMemory)
  /// Arm: the exception syndrome and fault address registers.
  case armAbort(ArmAbort)
  /// Arm: what an address translation instruction leaves in PAR_EL1.
  case armAddressTranslation(ArmAddressTranslationFault)

  /// The architecture's name of the fault.
  public var kind: String {
    switch self {
    case .riscvTrap(let trap): trap.kind
    case .x86Exception(let exception): exception.kind
    case .eptViolation: "ept-violation"
    case .eptMisconfiguration: "ept-misconfiguration"
    case .nestedPageFault: "nested-page-fault"
    case .absentMemory: "absent-memory"
    case .armAbort(let abort): abort.kind
    case .armAddressTranslation(let fault): fault.kind
    }
  }

  /// The registers that hold the report, under the manuals' names, in the manuals' order.
  public var fields: [ReportField] {
    switch self {
    case .riscvTrap(let trap): trap.fields
    case .x86Exception(let exception): exception.fields
    case .eptViolation(let exit): exit.fields
    case .eptMisconfiguration(let exit): exit.fields
    case .nestedPageFault(let exit): exit.fields
    case .absentMemory(let absence): absence.fields
    case .armAbort(let abort): abort.fields
    case .armAddressTranslation(let fault): fault.fields
    }
  }

  /// The report in words.
  public var words: String {
    switch self {
    case .riscvTrap(let trap): trap.words
    case .x86Exception(let exception): exception.words
    case .eptViolation(let exit): exit.words
    case .eptMisconfiguration(let exit): exit.words
    case .nestedPageFault(let exit): exit.words
    case .absentMemory(let absence): absence.words
    case .armAbort(let abort): abort.words
    case .armAddressTranslation(let fault): fault.words
    }
  }
}

/// One register of a report.
public struct ReportField: Sendable, Hashable {
  /// The manual's name, in lower case.
  public let name: String
  /// Its value, with undefined bits zero.
  public let value: UInt64
  /// The bits that the architecture defines.
  public let defined: UInt64
  /// Whether it is a plain number rather than a register's bits.
  public let isNumber: Bool

  /// A register of a report.
  public init(_ name: String, _ value: UInt64, defined: UInt64 = ~0, isNumber: Bool = false) {
    self.name = name
    self.value = value & defined
    self.defined = defined
    self.isNumber = isNumber
  }
}
