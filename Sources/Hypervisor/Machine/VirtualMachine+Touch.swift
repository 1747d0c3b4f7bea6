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
    var tries = 0
    var exits = 0
    var cascades = 0
    var arrival = HostPhysical(0)
    var end = TouchOutcome.End.unresolved
    // A walk has at most five tables, each with a read and an update to fault on, and a page; every
    // fault may be on a page that is mapped for reading first.
    attempts: while tries < 64 {
      tries &+= 1
      let attempt = processors[processor].attempt(address, access, in: &host.memory)
      // Flags that a walk sets before it stops stay set, and aren't set again.
      tally.use(.tableUpdate, UInt64(attempt.updates), for: .access)
      if hasModificationLogs, attempt.updates > 0 { logTransitions(processor, address, on: &host) }
      guard let cause = attempt.cause else {
        tally.use(.tableRead, UInt64(attempt.reads), for: .access)
        end = .arrived
        arrival = attempt.hostPhysical
        break attempts
      }
      tally.use(.tableRead, UInt64(attempt.reads), for: .stoppedWalk)
      switch processors[processor].stopped(by: cause) {
      case .host(let fault):
        exits &+= 1
        if fault.context != .finalAccess { cascades &+= 1 }
        let resolved = resolve(fault, processor, on: &host)
        guard resolved != .arrived else { continue attempts }
        end = resolved
        break attempts
      case .guest:
        end = .guestFault
        break attempts
      case .broken: break attempts
      }
    }
    endTouch(cascades: cascades)
    return TouchOutcome(
      end, at: arrival, tries: tries, exits: exits, cascades: cascades,
      guestReport: end == .guestFault ? processors[processor].report : nil)
  }

  /// Lets a virtual processor try an access once, and resolves nothing.
  ///
  /// With ``resolve(_:on:)`` it is a touch in two halves, between which other processors may run.
  @inline(__always)
  public mutating func attempt(
    processor: Int, _ address: GuestVirtual, _ access: Access, on host: inout Host
  ) -> TouchAttempt {
    let attempt = processors[processor].attempt(address, access, in: &host.memory)
    tally.use(.tableUpdate, UInt64(attempt.updates), for: .access)
    if hasModificationLogs, attempt.updates > 0 { logTransitions(processor, address, on: &host) }
    guard let cause = attempt.cause else {
      tally.use(.tableRead, UInt64(attempt.reads), for: .access)
      return .arrived(attempt.hostPhysical)
    }
    tally.use(.tableRead, UInt64(attempt.reads), for: .stoppedWalk)
    switch processors[processor].stopped(by: cause) {
    case .host(let fault): return .pending(PendingFault(processor: processor, fault: fault))
    case .guest:
      guard let report = processors[processor].report else { return .unresolved }
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

  /// Has the second stage's entries for addresses at hand that will be touched one after the other, and says
  /// how many of them have a page of the smallest size.
  ///
  /// Nothing of the machine changes, and nothing is counted.
  package func readAhead(_ addresses: [GuestPhysical], on host: borrowing Host) -> Int {
    tables.readAhead(addresses, in: host.memory)
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
