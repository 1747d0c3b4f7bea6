public import Paging

extension JSONWriter {
  /// Writes the answer to an access that arrives.
  mutating func answer(_ found: Translation, parEL1: UInt64? = nil) {
    beginObject()
    members(found, parEL1: parEL1)
    endObject()
    endLine()
  }

  /// Writes the members of the answer to an access that arrives.
  public mutating func members(_ found: Translation, parEL1: UInt64? = nil) {
    key("hpa")
    hex(found.hostPhysical.value)
    key("gpa")
    hex(found.guestPhysical.value)
    key("guestPageBytes")
    optional(found.guestPageBytes)
    key("hostPageBytes")
    optional(found.hostPageBytes)
    key("reads")
    value(found.reads)
    key("updates")
    value(found.updates)
    if let parEL1 {
      key("par_el1")
      hex(parEL1)
    }
  }

  /// Writes the answer to an access that faults.
  mutating func answer(_ failure: WalkFailure, _ report: FaultReport, isa: ISA) {
    beginObject()
    members(failure, report, isa: isa)
    endObject()
    endLine()
  }

  /// Writes the members of the answer to an access that faults.
  public mutating func members(_ failure: WalkFailure, _ report: FaultReport, isa: ISA) {
    key("fault")
    beginObject()
    key("kind")
    value(report.kind)
    key("stage")
    value(Int(failure.stage.rawValue))
    key("level")
    if let level = failure.level { value(isa.manualLevel(level)) } else { null() }
    key("cause")
    value(failure.cause.rawValue)
    key("context")
    value(failure.context.rawValue)
    let fields = report.fields
    key("report")
    beginObject()
    for field in fields where field.defined != 0 {
      key(field.name)
      if field.isNumber { value(field.value) } else { hex(field.value) }
    }
    endObject()
    if fields.contains(where: { $0.isPartlyDefined }) {
      key("defined")
      beginObject()
      for field in fields where field.isPartlyDefined {
        key(field.name)
        hex(field.defined)
      }
      endObject()
    }
    endObject()
  }

  /// Writes the answer to a line that only sets registers.
  mutating func answer(registers: Int) {
    beginObject()
    key("registers")
    value(registers)
    endObject()
    endLine()
  }

  /// Writes the answer to a line that can't be answered.
  mutating func answer(error: String) {
    beginObject()
    key("error")
    value(error)
    endObject()
    endLine()
  }

  private mutating func optional(_ number: UInt64?) {
    if let number { value(number) } else { null() }
  }
}

extension ReportField {
  /// Whether the architecture defines some of the bits, but not all.
  fileprivate var isPartlyDefined: Bool { defined != 0 && defined != .max }
}
