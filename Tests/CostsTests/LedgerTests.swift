import Costs
import Testing

@Suite("A ledger counts by cause, context and resolution")
struct LedgerTests {
  @Test("each event and each row has its own number")
  func numbers() {
    for (number, event) in FaultEvent.all.enumerated() { #expect(event.number == number) }
    for (number, activity) in Activity.all.enumerated() { #expect(activity.number == number) }
  }

  @Test("the kinds but the guest's own are the exits")
  func projection() {
    var ledger = Ledger()
    for (number, event) in FaultEvent.all.enumerated() {
      ledger.count(.fault(event), times: UInt64(number) * 7 + 1)
    }
    for fault in GuestFault.allCases { ledger.count(.guest(fault), times: 1_000_000) }
    let kinds = ledger.faults(.missing) + ledger.faults(.permission) + ledger.faults(.cascade)
    #expect(kinds == ledger.exits)
    #expect(ledger.exits == (0..<96).reduce(0) { $0 + $1 * 7 + 1 })
    #expect(ledger.faults(.guest) == 4_000_000)
  }

  @Test(
    "events count as the kind that their coordinates say",
    arguments: [
      (FaultEvent(.missing, .finalAccess, .allocate), FaultKind.missing),
      (FaultEvent(.missing, .finalAccess, .spurious), .missing),
      (FaultEvent(.missing, .finalAccess, .emulate), .permission),
      (FaultEvent(.misconfiguration, .finalAccess, .emulate), .permission),
      (FaultEvent(.permission, .finalAccess, .copy), .permission),
      (FaultEvent(.permission, .finalAccess, .spurious), .permission),
      (FaultEvent(.accessFlag, .finalAccess, .age), .permission),
      (FaultEvent(.missing, .tableRead, .allocate), .cascade),
      (FaultEvent(.permission, .tableUpdate, .copy), .cascade),
    ])
  func kinds(_ event: FaultEvent, _ kind: FaultKind) { #expect(event.kind == kind) }

  @Test("components are counted for what used them, and ledgers add up")
  func components() {
    let allocate = Activity.fault(FaultEvent(.missing, .finalAccess, .allocate))
    var one = Ledger()
    one.use(.zeroByte, 4096, for: allocate)
    one.use(.exit, for: allocate)
    var other = Ledger()
    other.use(.exit, 2, for: .work(.zap))
    other += one
    #expect(other.amount(of: .exit) == 3)
    #expect(other.amount(of: .exit, for: allocate) == 1)
    #expect(other.amount(of: .zeroByte) == 4096)
    #expect(one.amount(of: .exit, for: .work(.zap)) == 0)
  }
}
