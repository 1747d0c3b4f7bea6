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
      let attempt = processors[processor].attempt(address, access, in: &host.memory)
      // Flags that a walk sets before it stops stay set, and aren't set again.
      tally.use(.tableUpdate, attempt.updates, for: .access)
      switch attempt.end {
      case .arrived:
        tally.use(.tableRead, attempt.reads, for: .access)
        outcome.end = .arrived
        outcome.hostPhysical = attempt.address
        break tries
      case .host:
        outcome.exits &+= 1
        if attempt.fault.context != .finalAccess { outcome.cascades &+= 1 }
        let end = resolve(attempt.fault, processor, on: &host)
        guard end != .arrived else { continue tries }
        outcome.end = end
        break tries
      case .guest:
        outcome.end = .guestFault
        outcome.guestReport = processors[processor].guestReport
        break tries
      case .broken: break tries
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
    let attempt = processors[processor].attempt(address, access, in: &host.memory)
    tally.use(.tableUpdate, attempt.updates, for: .access)
    switch attempt.end {
    case .arrived:
      tally.use(.tableRead, attempt.reads, for: .access)
      return .arrived(attempt.address)
    case .host: return .pending(PendingFault(processor: processor, fault: attempt.fault))
    case .guest:
      guard let report = processors[processor].guestReport else { return .unresolved }
      return .guestFault(report)
    case .broken: return .unresolved
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
  /// It is a touch by a processor that runs no guest's tables. On x86-64 it has addresses of the full
  /// width all the same, where a processor without paging would have 32 bits.
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
