import Costs
import Hypervisor
import Paging

/// Counts what phases take, and prices it.
///
/// A phase of one thread takes what it works. A phase of the processors, which work side by side, takes
/// as long as the one that works most; where one at a time holds the lock that faults are
/// resolved under, as in KVM on RISC-V, it takes at least what all of them do under it. What the guest's own accesses take is not in it.
struct PhaseRecorder {
  private let study: LoggingPhases
  private let profile: CostProfile
  private(set) var phases: [LoggingPhase] = []

  init(_ study: LoggingPhases, _ profile: CostProfile) {
    self.study = study
    self.profile = profile
  }

  /// Records what one thread does.
  mutating func record(
    _ name: LoggingPhase.Name, iteration: Int? = nil, _ machine: inout LoggedMachine,
    _ body: (inout LoggedMachine) throws(LoggingPhasesError) -> Void
  ) throws(LoggingPhasesError) {
    let before = Counts(machine)
    try body(&machine)
    var phase = LoggingPhase(name, iteration: iteration)
    let cost = try price(before.used(machine))
    phase.elapsed = cost.all
    phase.work = cost.all
    before.finish(&phase, machine)
    phases.append(phase)
  }

  /// Records what every processor does.
  mutating func recordAll(
    _ name: LoggingPhase.Name, iteration: Int? = nil, _ machine: inout LoggedMachine,
    _ body: (inout LoggedMachine, Int) throws(LoggingPhasesError) -> Void
  ) throws(LoggingPhasesError) {
    let before = Counts(machine)
    var phase = LoggingPhase(name, iteration: iteration)
    try work(&phase, &machine, body)
    before.finish(&phase, machine)
    phases.append(phase)
  }

  /// Adds what every processor does to the last phase, behind what is there.
  mutating func extend(
    _ machine: inout LoggedMachine,
    _ body: (inout LoggedMachine, Int) throws(LoggingPhasesError) -> Void
  ) throws(LoggingPhasesError) {
    guard var phase = phases.popLast() else { return }
    let before = Counts(machine)
    try work(&phase, &machine, body)
    before.finish(&phase, machine)
    phases.append(phase)
  }

  private func work(
    _ phase: inout LoggingPhase, _ machine: inout LoggedMachine,
    _ body: (inout LoggedMachine, Int) throws(LoggingPhasesError) -> Void
  ) throws(LoggingPhasesError) {
    var longest = CostRange.zero
    var locked = CostRange.zero
    for processor in 0..<study.processors {
      let before = Counts(machine)
      try body(&machine, processor)
      let cost = try price(before.used(machine))
      phase.work += cost.all
      phase.stopped += cost.stopped
      longest = longest.atLeast(cost.all)
      locked += cost.locked
    }
    let isExclusive = (study.lock ?? study.host.usualFaultLock) == .exclusive
    phase.elapsed += isExclusive ? longest.atLeast(locked) : longest
  }

  private func price(
    _ ledger: Ledger
  ) throws(LoggingPhasesError) -> (all: CostRange, locked: CostRange, stopped: CostRange) {
    let bill: Bill
    do throws(PricingError) {
      bill = try Bill(ledger, profile)
    } catch {
      throw .pricing(error)
    }
    return (
      bill.cost { !$0.activity.isWalk },
      bill.cost { !$0.activity.isWalk && $0.component.isUnderMachineLock },
      bill.cost(of: .work(.collect))
    )
  }
}

/// What was counted when something began.
private struct Counts {
  private let ledger: Ledger
  private let dirty: DirtyCounters
  private let flushes: UInt64
  private let accessed: UInt64

  init(_ machine: borrowing LoggedMachine) {
    ledger = machine.ledger
    dirty = machine.machine.dirty
    flushes = machine.machine.counters.remoteTLBFlush
    accessed = machine.accessedPages
  }

  /// What was counted since.
  func used(_ machine: borrowing LoggedMachine) -> Ledger { machine.ledger.since(ledger) }

  /// Adds what was counted since to a phase that ends now.
  func finish(_ phase: inout LoggingPhase, _ machine: borrowing LoggedMachine) {
    phase.ledger += used(machine)
    let now = machine.machine.dirty
    let counters = machine.machine.counters
    phase.logFullExits += now.logFullExits - dirty.logFullExits
    phase.ringFullExits += now.ringFullExits - dirty.ringFullExits
    phase.kicks += now.kicks - dirty.kicks
    phase.transitions += now.transitions - dirty.transitions
    phase.accessedPages += machine.accessedPages - accessed
    phase.flushRequests += counters.remoteTLBFlush - flushes
    phase.mapped = [counters.pages4K, counters.pages2M, counters.pages1G]
    phase.dirtyPages = machine.dirtyPages
  }
}

extension CostRange {
  /// The range, or another one where that is longer.
  fileprivate func atLeast(_ other: Self) -> Self {
    Self(low: max(low, other.low), likely: max(likely, other.likely), high: max(high, other.high))
  }
}

extension Component {
  /// Whether KVM does it while it holds the lock of the machine's second stage.
  fileprivate var isUnderMachineLock: Bool {
    switch self {
    case .lock, .installTable, .installEntry, .changeEntry, .freeTable, .scanEntry, .flushLocal,
      .flushRemote, .flushBroadcast, .logDirty:
      true
    default: false
    }
  }
}
