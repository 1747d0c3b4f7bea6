import Costs
import Records
import Studies

extension JSONWriter {
  /// Writes what a workload took on one machine.
  mutating func value(_ outcome: ComparedOutcome) {
    beginObject()
    member("profile", outcome.machine.profile.name)
    member("tables", outcome.machine.tables.name)
    member("touches", outcome.touches)
    key("faults")
    beginObject()
    for kind in FaultKind.allCases { member("\(kind)", outcome.ledger.faults(kind)) }
    endObject()
    member("exits", outcome.exits)
    if let switches = outcome.switches { member("switches", switches) }
    member("tableReads", outcome.tableReads)
    member("tableReadsOfStoppedWalks", outcome.stoppedTableReads)
    key("cascadeDepths")
    beginObject()
    for (depth, count) in outcome.ledger.cascadeDepths.enumerated() where count > 0 {
      member("\(depth)", count)
    }
    endObject()
    key("cost")
    value(outcome.bill.total)
    key("costOfFaults")
    value(outcome.faultCost)
    key("costOfWalks")
    value(outcome.walkCost)
    key("costOfStoppedWalks")
    value(outcome.stoppedWalkCost)
    key("costByKind")
    beginObject()
    for kind in FaultKind.allCases {
      key("\(kind)")
      value(outcome.bill.cost(of: kind))
    }
    endObject()
    key("costOfPreparation")
    value(outcome.preparationBill.total)
    if let weakest = outcome.bill.weakest { member("weakestGrade", weakest.rawValue) }
    key("components")
    beginArray()
    for mover in outcome.bill.movers {
      beginObject()
      member("component", mover.component.name)
      member("amount", outcome.ledger.amount(of: mover.component))
      key("cost")
      value(mover.cost)
      if let source = outcome.machine.profile[mover.component]?.source {
        member("grade", source.grade.rawValue)
        if let row = source.row { member("row", row) }
      }
      endObject()
    }
    endArray()
    endObject()
  }

  /// Writes a range of costs, in nanoseconds.
  mutating func value(_ range: CostRange) {
    beginObject()
    member("lowNanoseconds", Double(range.low) / 1e6)
    member("likelyNanoseconds", Double(range.likely) / 1e6)
    member("highNanoseconds", Double(range.high) / 1e6)
    endObject()
  }
}
