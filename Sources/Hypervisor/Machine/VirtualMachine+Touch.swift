import Costs
import HostMemory
public import Paging

extension VirtualMachine {
  /// Lets a virtual processor access an address, and resolves what the second stage refuses until the
  /// access is made or can't be.
  ///
  /// The guest's own faults end the access: they are for its kernel. Where a processor runs no guest's
  /// tables, the address is a guest-physical one.
  @discardableResult
  public mutating func touch(
    processor: Int, _ address: GuestVirtual, _ access: Access, on host: inout Host
  ) -> TouchOutcome {
    var outcome = TouchOutcome()
    // A walk has at most five tables, each with a read and an update to fault on, and a page; every
    // fault may be on a page that is mapped for reading first.
    tries: for _ in 0..<64 {
      outcome.tries &+= 1
      switch attempt(processor: processor, address, access, on: &host) {
      case .arrived(let place):
        outcome.end = .arrived
        outcome.hostPhysical = place
        break tries
      case .pending(let pending):
        outcome.exits &+= 1
        if pending.isCascade { outcome.cascades &+= 1 }
        let end = resolve(pending, on: &host)
        guard end != .arrived else { continue tries }
        outcome.end = end
        break tries
      case .guestFault(let report):
        outcome.end = .guestFault
        outcome.guestReport = report
        break tries
      case .unresolved: break tries
      }
    }
    endTouch(cascades: outcome.cascades)
    return outcome
  }

  /// Lets a virtual processor try an access once, and resolves nothing.
  ///
  /// With ``resolve(_:on:)`` it is a touch in two halves, between which other processors may run.
  @inline(__always)
  public mutating func attempt(
    processor: Int, _ address: GuestVirtual, _ access: Access, on host: inout Host
  ) -> TouchAttempt {
    let failure: WalkFailure
    do {
      let arrival = try processors[processor].translate(address, access, in: &host.memory)
      tally.use(.tableRead, UInt64(truncatingIfNeeded: arrival.reads), for: .access)
      tally.use(.tableUpdate, UInt64(truncatingIfNeeded: arrival.updates), for: .access)
      return .arrived(arrival.address)
    } catch {
      failure = error
    }
    let report = processors[processor].report(failure)
    switch ReportedFault(report) {
    case .guest: return .guestFault(report)
    case .broken: return .unresolved
    case .host(var fault):
      // A ledger is right where RISC-V's report is silent; the resolution doesn't look at it.
      if fault.cause == nil { fault.ledgerCause = FaultCause(failure.cause) }
      return .pending(PendingFault(processor: processor, fault: fault))
    }
  }

  /// Resolves a fault: `.arrived` says that another try may arrive.
  @inline(__always)
  public mutating func resolve(
    _ pending: PendingFault, on host: inout Host
  ) -> TouchOutcome.End {
    resolve(pending.fault, pending.processor, on: &host)
  }

  /// Notes that an access has been made, or given up, that met so many cascades.
  ///
  /// Who plays a touch in halves says so at its end, for the ledger's depths.
  @inline(__always)
  public mutating func endTouch(cascades: Int) {
    if cascades > 0 { tally.countCascade(depth: cascades) }
  }

  /// Accesses a guest-physical address as a guest does whose own tables map all memory one to one.
  ///
  /// It is a touch by a processor that runs no guest's tables.
  @discardableResult
  public mutating func touchPhysical(
    _ address: GuestPhysical, _ access: Access, on host: inout Host
  ) -> TouchOutcome {
    touch(processor: processorCount, GuestVirtual(address.value), access, on: &host)
  }
}

extension FaultCause {
  /// The cause of a walk's failure.
  init(_ cause: WalkFailure.Cause) {
    switch cause {
    case .missing: self = .missing
    case .permission: self = .permission
    case .accessFlag: self = .accessFlag
    case .misconfiguration: self = .misconfiguration
    }
  }
}
