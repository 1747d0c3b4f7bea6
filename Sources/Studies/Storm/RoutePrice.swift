import Costs
import Hypervisor
import Simulation

/// A route's components as times.
struct RoutePrice {
  /// What is worked before the machine's lock is taken, under it and after, and what is waited for.
  private(set) var times: RouteTimes
  /// The work by what it is for.
  private(set) var shares = TimeShares()

  init(_ route: FaultRoutes.Route, _ profile: CostProfile) {
    let ledger = route.ledger
    times = RouteTimes(route)
    times.zeroing = VirtualDuration(profile, .zeroByte, times.zeroBytes)
    for component in Component.allCases {
      let amount = ledger.amount(of: component)
      guard amount > 0, let (moment, share) = Self.place(of: component) else { continue }
      let duration = VirtualDuration(profile, component, amount)
      switch moment {
      case .before: times.before += duration
      case .under: times.under += duration
      case .after: times.after += duration
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
