/// What a cost was for: one row of a ledger.
public enum Activity: Sendable, Hashable {
  /// A fault that the guest resolved itself.
  case guest(GuestFault)
  /// A fault of the second stage.
  case fault(FaultEvent)
  /// Work without a fault.
  case work(HostWork)
  /// What the guest's own accesses cost beyond any fault: walks that arrive, and bits set by hardware.
  case access
  /// What walks had read when a fault stopped them, of either stage.
  ///
  /// A fault's own cost is the software's; the walk that found it is the hardware's, and is made before.
  case stoppedWalk

  /// All rows, in the order of their numbers.
  public static let all: [Activity] =
    GuestFault.allCases.map(Activity.guest) + FaultEvent.all.map(Activity.fault)
    + HostWork.allCases.map(Activity.work) + [.access, .stoppedWalk]

  /// The place of the row in ``all``.
  @inlinable
  public var number: Int {
    switch self {
    case .guest(let fault): Int(fault.rawValue)
    case .fault(let event): 4 &+ event.number
    case .work(let work): 4 &+ 96 &+ Int(work.rawValue)
    case .access: 4 &+ 96 &+ 8
    case .stoppedWalk: 4 &+ 96 &+ 9
    }
  }

  /// Whether it is the hardware's walks, and no software's work.
  public var isWalk: Bool { self == .access || self == .stoppedWalk }
}
