import Costs
import Hypervisor
import Simulation

/// A route's components as times: what is worked before the machine's lock is taken, under it and after,
/// and what is waited for.
struct RoutePrice {
  /// The kind of the fault, if it was one.
  let kind: FaultKind?
  /// The work before the lock, but for zeroing and taking frames.
  private(set) var before = VirtualDuration.zero
  /// The frames that are taken.
  let frames: UInt64
  /// The bytes that are zeroed.
  let zeroBytes: UInt64
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
  private(set) var under = VirtualDuration.zero
  /// The work after the lock.
  private(set) var after = VirtualDuration.zero
  /// The work by what it is for.
  private(set) var shares = TimeShares()

  init(_ route: FaultRoutes.Route, _ profile: CostProfile) {
    let ledger = route.ledger
    kind = route.event?.kind
    frames = ledger.amount(of: .allocate)
    zeroBytes = ledger.amount(of: .zeroByte)
    storage = (ledger.amount(of: .storageRequest), ledger.amount(of: .storageByte))
    network = (ledger.amount(of: .networkRequest), ledger.amount(of: .networkByte))
    filledBytes = max(zeroBytes, ledger.amount(of: .copyByte), storage.bytes, network.bytes)
    handled = ledger.amount(of: .userfault)
    takesLock = ledger.amount(of: .lock) > 0
    for component in Component.allCases {
      let amount = ledger.amount(of: component)
      guard amount > 0, let (moment, share) = Self.place(of: component) else { continue }
      let duration = VirtualDuration(profile, component, amount)
      switch moment {
      case .before: before += duration
      case .under: under += duration
      case .after: after += duration
      }
      shares[share] += duration
    }
  }

  private enum Moment { case before, under, after }

  /// When a component is worked and what for; nothing for what is waited for or timed apart.
  private static func place(of component: Component) -> (Moment, TimeShare)? {
    switch component {
    case .exit: (.before, .exit)
    case .entry, .userspaceExit: (.after, .exit)
    case .decode, .rewalk, .slotLookup: (.before, .decode)
    case .hostLookup, .hostFault, .pageCache: (.before, .allocate)
    case .copyByte: (.before, .copy)
    case .lock, .installTable, .installEntry, .changeEntry, .freeTable, .scanEntry, .flushLocal,
      .flushRemote, .flushBroadcast:
      (.under, .install)
    case .decodeInstruction, .emulate, .logDirty, .drainEntry, .pin, .guestFault, .nestedSwitch,
      .softwareSwitch, .shadowEntry:
      (.after, .other)
    // Frames are taken in batches, in part under the host's lock, zeroing shares the memory's
    // bandwidth, devices and handlers are waited for, and what walks cost is no part of a fault.
    case .allocate, .frameLock, .lineTransfer, .zeroByte, .storageRequest, .storageByte,
      .networkRequest, .networkByte, .userfault, .guestStorageRequest, .tableRead, .tableUpdate,
      .localAccess, .remoteAccess, .packageAccess, .cxlAccess, .cxlPersistentAccess, .flashRead:
      nil
    }
  }
}

extension VirtualDuration {
  /// How long so much of a component takes, most likely.
  init(_ profile: CostProfile, _ component: Component, _ amount: UInt64) {
    let femtoseconds = UInt128(amount) * UInt128(profile[component]?.likely ?? 0)
    self.init(picoseconds: Int64((femtoseconds + 500) / 1000))
  }
}
