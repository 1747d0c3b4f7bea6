public import Costs
public import Paging

/// What became of one try of an access.
public enum TouchAttempt: Sendable {
  /// It reached its page, at this address.
  case arrived(HostPhysical)
  /// The second stage refused it: ``VirtualMachine/resolve(_:on:)`` is next, then another try.
  case pending(PendingFault)
  /// The guest's own tables don't allow it, which the architecture tells the guest's handler.
  case guestFault(FaultReport)
  /// Nothing that the hypervisor knows makes the access possible.
  case unresolved
}

/// A fault of the second stage that a processor has taken and nobody has resolved yet.
///
/// Until it is resolved others may fault on the same page: the later ones find it there, and are spurious.
public struct PendingFault: Sendable {
  /// The processor that faulted.
  public let processor: Int
  /// What the hypervisor reads off the report.
  let fault: StageTwoFault

  /// What was being accessed.
  public var context: FaultContext { fault.context }
  /// The guest-physical address; nothing where the architecture doesn't tell.
  public var guestPhysical: GuestPhysical? { fault.guestPhysical }
  /// Whether the fault is on a table of the guest's.
  public var isCascade: Bool { fault.context != .finalAccess }
}
