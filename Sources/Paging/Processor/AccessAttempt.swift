/// What one try of an access came to, in so few words that it comes back in registers.
///
/// Who tries accesses by the million takes this way: nothing is thrown, and of a failure only what the
/// architecture tells is written, where the caller keeps it.
package struct AccessAttempt {
  /// Where the access arrived, if it did.
  package let hostPhysical: HostPhysical
  /// The table reads of both stages, also of a walk that was stopped.
  package let reads: UInt32
  /// The writes that set accessed and dirty bits, also of a walk that was stopped.
  package let updates: UInt32
  /// The class of the failure; nothing where the access arrived.
  package let cause: WalkFailure.Cause?

  /// The news of an access that went through the caches.
  package init(_ found: CachedTranslation) {
    hostPhysical = found.hostPhysical
    reads = UInt32(truncatingIfNeeded: found.reads)
    updates = UInt32(truncatingIfNeeded: found.updates)
    cause = nil
  }

  @inline(__always)
  fileprivate init(_ arrival: WalkArrival, _ context: borrowing WalkContext) {
    hostPhysical = HostPhysical(arrival.hostPhysical)
    reads = UInt32(truncatingIfNeeded: context.reads)
    updates = UInt32(truncatingIfNeeded: context.updates)
    cause = nil
  }

  /// The news that an access was stopped.
  @inline(__always)
  package init(stoppedBy failure: WalkFailure, reads: Int) {
    hostPhysical = HostPhysical(0)
    self.reads = UInt32(truncatingIfNeeded: reads)
    updates = UInt32(truncatingIfNeeded: failure.updates)
    cause = failure.cause
  }
}

// A try changes no register. It is a mutating method all the same: such a one works on the processor
// where it lies, and any other on a copy of it, which would be the larger part of a try.

extension X86Processor {
  /// Tries one access, and leaves in `report` what the architecture tells if it is stopped.
  package mutating func attempt(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    report: inout FaultReport?
  ) -> AccessAttempt {
    var context = WalkContext(memory: memory.handle)
    var observer = NoObserver()
    guard
      let arrival = try? walk(address, WalkAccess(access), NoCaches(), &context, &observer)
    else {
      let failure = context.failureInPlace(of: address, access)
      report = toldInPlace(failure)
      return AccessAttempt(stoppedBy: failure, reads: context.reads)
    }
    return AccessAttempt(arrival, context)
  }
}

extension ArmProcessor {
  /// Tries one access, and leaves in `report` what the architecture tells if it is stopped.
  package mutating func attempt(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    report: inout FaultReport?
  ) -> AccessAttempt {
    var context = WalkContext(memory: memory.handle)
    var observer = NoObserver()
    guard
      let arrival = try? walk(address.value, walkAccess(access), NoCaches(), &context, &observer)
    else {
      let failure = context.failureInPlace(of: address, access)
      report = toldInPlace(failure)
      return AccessAttempt(stoppedBy: failure, reads: context.reads)
    }
    return AccessAttempt(arrival, context)
  }
}

extension RISCVProcessor {
  /// Tries one access, and leaves in `report` what the architecture tells if it is stopped.
  package mutating func attempt(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    report: inout FaultReport?
  ) -> AccessAttempt {
    var context = WalkContext(memory: memory.handle)
    var observer = NoObserver()
    guard
      let arrival = try? walk(address.value, WalkAccess(access), NoCaches(), &context, &observer)
    else {
      let failure = context.failureInPlace(of: address, access)
      report = .riscvTrap(RISCVTrap(failure))
      return AccessAttempt(stoppedBy: failure, reads: context.reads)
    }
    return AccessAttempt(arrival, context)
  }
}
