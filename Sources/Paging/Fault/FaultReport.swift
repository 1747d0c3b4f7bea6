/// What an architecture tells of a fault, to the guest or to the hypervisor.
public enum FaultReport: Sendable, Hashable {
  /// RISC-V: the trap CSRs.
  case riscvTrap(RISCVTrap)

  /// The architecture's name of the fault.
  public var kind: String {
    switch self {
    case .riscvTrap(let trap): trap.kind
    }
  }

  /// The registers that hold the report, under the manuals' names, in the manuals' order.
  public var fields: [ReportField] {
    switch self {
    case .riscvTrap(let trap): trap.fields
    }
  }

  /// The report in words.
  public var words: String {
    switch self {
    case .riscvTrap(let trap): trap.words
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
