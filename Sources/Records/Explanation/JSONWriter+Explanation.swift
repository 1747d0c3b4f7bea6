import Paging

extension JSONWriter {
  /// Writes a walk: the record, its answer, and every table read.
  public mutating func value(_ walk: ExplainedWalk) {
    beginObject()
    key("guest")
    optional(walk.guestFormat?.rawValue)
    key("host")
    optional(walk.hostFormat?.rawValue)
    key("record")
    value(walk.record)
    key("answer")
    beginObject()
    switch walk.outcome {
    case .translated(let found): members(found, parEL1: walk.parEL1)
    case .failed(let failure, let report):
      if walk.leavesMemory {
        key("error")
        value(failure.absenceSentence)
      } else {
        members(failure, report, isa: walk.isa)
      }
    case .refused(let error):
      key("error")
      value(error.description)
    }
    endObject()
    key("steps")
    beginArray()
    let numbers = walk.readNumbers
    for (index, step) in walk.steps.enumerated() {
      value(step, number: numbers[index], after: walk.entriesAfter[index], isa: walk.isa)
    }
    endArray()
    endObject()
  }

  /// Writes one table read; the lookups of an update have no number.
  private mutating func value(_ step: WalkStep, number: Int?, after: UInt64, isa: ISA) {
    beginObject()
    key("read")
    if let number { value(number) } else { null() }
    key("stage")
    value(Int(step.stage.rawValue))
    key("level")
    value(isa.manualLevel(step.level))
    if step.stage == .first {
      key("gpa")
      hex(step.address)
    } else {
      key("context")
      value(step.context.rawValue)
    }
    key("hpa")
    hex(step.place.value)
    key("entry")
    hex(step.entry)
    if after != step.entry {
      key("entryAfter")
      hex(after)
    }
    endObject()
  }

  private mutating func optional(_ text: String?) {
    if let text { value(text) } else { null() }
  }
}
