public import Costs

/// What a workload took on one machine.
public struct ComparedOutcome: Sendable {
  /// The machine and its profile.
  public let machine: ComparedMachine
  /// How many accesses were made.
  public let touches: UInt64
  /// What was counted.
  public let ledger: Ledger
  /// What that costs.
  public let bill: Bill
  /// What was counted before the accesses: memory that was populated, or a log of writes that was started.
  public let preparationLedger: Ledger
  /// What that costs.
  public let preparationBill: Bill
  /// The switches between levels of virtualisation, where there are several.
  public let switches: UInt64?
  /// The exits to the outermost hypervisor, where there are several.
  public let outerExits: UInt64?

  init(
    _ machine: ComparedMachine, touches: UInt64, _ ledger: Ledger, preparation: Ledger = Ledger(),
    switches: UInt64? = nil, outerExits: UInt64? = nil
  ) throws(ISAComparisonError) {
    do throws(PricingError) {
      bill = try Bill(ledger, machine.profile)
      preparationBill = try Bill(preparation, machine.profile)
    } catch {
      throw .pricing(error)
    }
    self.machine = machine
    self.touches = touches
    self.ledger = ledger
    preparationLedger = preparation
    self.switches = switches
    self.outerExits = outerExits
  }

  /// The table reads of the walks that arrived.
  public var tableReads: UInt64 { ledger.amount(of: .tableRead, for: .access) }

  /// The table reads of the walks that a fault stopped, of either stage.
  public var stoppedTableReads: UInt64 { ledger.amount(of: .tableRead, for: .stoppedWalk) }

  /// The exits to the hypervisor.
  public var exits: UInt64 { outerExits ?? ledger.exits }

  /// The faults of all kinds, the guest's own among them.
  public var faults: UInt64 { FaultKind.allCases.reduce(0) { $0 + ledger.faults($1) } }

  /// What the faults cost: everything but the walks.
  public var faultCost: CostRange { bill.cost { !$0.activity.isWalk } }

  /// What the walks that arrived cost.
  public var walkCost: CostRange { bill.cost(of: .access) }

  /// What the walks cost that a fault stopped.
  public var stoppedWalkCost: CostRange { bill.cost(of: .stoppedWalk) }
}
