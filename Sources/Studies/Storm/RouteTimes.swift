import Costs
import Hypervisor
import Simulation

/// What a route takes: plain words, so that to take them is to count no reference.
struct RouteTimes {
  /// The kind of the fault, if it was one.
  let kind: FaultKind?
  /// The work before the lock, but for zeroing and taking frames.
  var before = VirtualDuration.zero
  /// The frames that are taken.
  let frames: UInt64
  /// The bytes that are zeroed.
  let zeroBytes: UInt64
  /// How long that takes alone.
  var zeroing = VirtualDuration.zero
  /// The bytes of the frames that are filled, whether by zeroing, by copying or by a device: what comes
  /// from a device may be copied on its way, and counts once.
  let filledBytes: UInt64
  /// The requests to storage, and their bytes.
  let storage: (requests: UInt64, bytes: UInt64)
  /// The requests over the network, and their bytes.
  let network: (requests: UInt64, bytes: UInt64)
  /// The requests to a handler in user space.
  let handled: UInt64
  /// Whether the machine's lock is taken.
  let takesLock: Bool
  /// The work under the lock.
  var under = VirtualDuration.zero
  /// The work after the lock.
  var after = VirtualDuration.zero

  /// What a route takes, its work not yet priced.
  init(_ route: FaultRoutes.Route) {
    let ledger = route.ledger
    kind = route.event?.kind
    frames = ledger.amount(of: .allocate)
    zeroBytes = ledger.amount(of: .zeroByte)
    storage = (ledger.amount(of: .storageRequest), ledger.amount(of: .storageByte))
    network = (ledger.amount(of: .networkRequest), ledger.amount(of: .networkByte))
    filledBytes = max(zeroBytes, ledger.amount(of: .copyByte), storage.bytes, network.bytes)
    handled = ledger.amount(of: .userfault)
    takesLock = ledger.amount(of: .lock) > 0
  }
}
