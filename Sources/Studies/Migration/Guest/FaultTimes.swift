import Costs
import Hypervisor
import Simulation

/// How long the routes of faults take, in picoseconds.
struct FaultTimes {
  private let profile: CostProfile
  /// A route's time, and what of it is before, under and after the lock.
  struct Parts {
    let before: Int64
    let under: Int64
    let after: Int64

    /// All of it.
    var all: Int64 { before + under + after }
  }

  private var times: [Parts] = []
  /// What a full page-modification log takes.
  let logFull: Int64
  /// What each entry of a page-modification log takes that is read.
  let loggedEntry: Int64
  /// What each entry of a ring takes that is read.
  let ringEntry: Int64
  /// The way to user space, for a full ring.
  let ringFull: Int64

  init(_ profile: CostProfile) {
    self.profile = profile
    func time(_ components: Component...) -> Int64 {
      Self.picoseconds(
        components.reduce(0) { $0 + UInt128(profile[$1]?.likely ?? 0) })
    }
    logFull = time(.exit, .decode, .entry)
    loggedEntry = time(.drainEntry, .logDirty)
    ringEntry = time(.drainEntry)
    ringFull = time(.userspaceExit)
  }

  /// How long a route takes whoever takes it; what passes over the network is timed by its link, and who
  /// brings it by a queue.
  mutating func parts(_ number: Int, _ routes: FaultRoutes) -> Parts {
    while times.count <= number {
      let route = routes.routes[times.count]
      let price = RoutePrice(route, profile).times
      let under = price.takesLock ? price.under.picoseconds : 0
      let after = price.after.picoseconds
      // Zeroing and frames come before the lock; a handler is waited for apart.
      let handled = VirtualDuration(profile, .userfault, price.handled).picoseconds
      let all = Self.time(route.ledger, profile) - handled
      times.append(Parts(before: max(0, all - under - after), under: under, after: after))
    }
    return times[number]
  }

  /// How long everything takes that a ledger has, but for walks and the network.
  static func time(_ ledger: Ledger, _ profile: CostProfile) -> Int64 {
    var femtoseconds: UInt128 = 0
    for component in Component.allCases {
      switch component {
      case .tableRead, .tableUpdate, .networkRequest, .networkByte: continue
      default: break
      }
      let amount = ledger.amount(of: component)
      guard amount > 0, let price = profile[component] else { continue }
      femtoseconds += UInt128(amount) * UInt128(price.likely)
    }
    return picoseconds(femtoseconds)
  }

  private static func picoseconds(_ femtoseconds: UInt128) -> Int64 {
    Int64((femtoseconds + 500) / 1000)
  }
}
