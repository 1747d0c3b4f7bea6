/// What a virtual processor's time goes to until its machine is ready.
public enum TimeShare: Int, Sendable, Hashable, CaseIterable {
  /// The guest's own work.
  case guest
  /// The ways out of the guest and back.
  case exit
  /// Finding out what is wanted.
  case decode
  /// The process's own page table, and frames for it.
  case allocate
  /// Zeroing.
  case zero
  /// Copying.
  case copy
  /// The second stage's tables and what the caches are told.
  case install
  /// Emulation, logging and everything else of the host's.
  case other
  /// Waiting for locks.
  case lockWait
  /// Waiting for a processor.
  case processorWait
  /// Waiting for storage, the network or a handler.
  case deviceWait
  /// The guest's own waiting for its devices.
  case guestWait
  /// Waiting to be started.
  case startWait
  /// Waiting for the machine's other processors: until they are done with a phase, or have brought a page.
  case siblingWait

  /// The name in outcomes.
  public var name: String {
    switch self {
    case .guest: "guest"
    case .exit: "exit"
    case .decode: "decode"
    case .allocate: "allocate"
    case .zero: "zero"
    case .copy: "copy"
    case .install: "install"
    case .other: "other"
    case .lockWait: "lockWait"
    case .processorWait: "processorWait"
    case .deviceWait: "deviceWait"
    case .guestWait: "guestWait"
    case .startWait: "startWait"
    case .siblingWait: "siblingWait"
    }
  }
  /// Whether a processor works meanwhile; waiting for a lock keeps it busy, and is no work.
  var isWork: Bool {
    switch self {
    case .guest, .exit, .decode, .allocate, .zero, .copy, .install, .other: true
    case .lockWait, .processorWait, .deviceWait, .guestWait, .startWait, .siblingWait: false
    }
  }
}
