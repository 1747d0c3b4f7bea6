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
    for _ in 0..<64 {
      outcome.tries &+= 1
      let failure: WalkFailure
      do {
        let arrival = try processors[processor].translate(address, access, in: &host.memory)
        outcome.end = .arrived
        outcome.hostPhysical = arrival.address
        tally.use(.tableRead, UInt64(truncatingIfNeeded: arrival.reads), for: .access)
        tally.use(.tableUpdate, UInt64(truncatingIfNeeded: arrival.updates), for: .access)
        break
      } catch {
        failure = error
      }
      let end = take(processors[processor].report(failure), processor, on: &host, &outcome)
      if end != .arrived {
        outcome.end = end
        break
      }
    }
    if outcome.cascades > 0 { tally.countCascade(depth: outcome.cascades) }
    return outcome
  }

  /// Takes the fault that a report tells of, and says how the access goes on: by another try if it may
  /// have arrived.
  @inline(__always)
  private mutating func take(
    _ report: FaultReport, _ processor: Int, on host: inout Host, _ outcome: inout TouchOutcome
  ) -> TouchOutcome.End {
    switch ReportedFault(report) {
    case .guest:
      outcome.guestReport = report
      return .guestFault
    case .broken: return .unresolved
    case .host(let fault):
      outcome.exits &+= 1
      if fault.context != .finalAccess { outcome.cascades &+= 1 }
      return resolve(fault, processor, on: &host)
    }
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
