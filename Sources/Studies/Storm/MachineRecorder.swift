import Costs
import HostMemory
import Hypervisor
import Simulation

/// What all recordings of a storm mean by the numbers of their resources.
enum StormResource {
  /// The lock of the host's free frames.
  static let frameLock = 0
  /// The memory's bandwidth.
  static let memory = 0
  static let storage = 0
  static let network = 1
  static let handler = 2
}

/// What is noted while a storm runs.
enum StormQuantity {
  /// The faults of each kind, in the order of `FaultKind`.
  static let faults = 0
  /// The bytes of frames taken.
  static let bytes = 4
  static let count = 5
}

/// A machine's steps on their way into a recording.
struct MachineRecorder {
  private(set) var recording = Recording()
  /// The work so far by what it is for.
  var shares: TimeShares {
    var shares = direct
    for (route, count) in zip(routeShares, counts) where count > 0 {
      shares.add(route, times: count)
    }
    return shares
  }

  /// The work that no route has.
  private var direct = TimeShares()
  let profile: CostProfile
  private let allocationBatch: UInt64
  /// What a batch of frames takes: while the lock is held, and besides.
  private let batch: (held: VirtualDuration, rest: VirtualDuration)
  private let zeroesByMoving: Bool
  /// What routes take by their numbers, of which another recorder of the machine may have met some first.
  private var times: [RouteTimes?] = []
  /// Their work by what it is for.
  private var routeShares: [TimeShares] = []
  /// How often each route's work was done.
  private var counts: [Int] = []
  /// Whether frames count as taken when they are: those of a pool were before.
  private let notesFrames: Bool
  /// The number of the snapshot that the machine shares with others.
  private let snapshot: Int
  /// What is noted counts as having happened at the end of a piece of computing, so none is longer.
  private static let longest = VirtualDuration(nanoseconds: 200_000)
  /// The frames that the processor still has of its last batch.
  private var framesAtHand: UInt64 = 0

  /// A recorder that prices by a profile, for a host.
  ///
  /// A machine whose memory was reserved has taken that many bytes from the start.
  init(
    _ profile: CostProfile, _ host: StormHost, reservedBytes: UInt64? = nil, snapshot: Int? = nil
  ) {
    self.profile = profile
    self.snapshot = snapshot ?? 0
    notesFrames = reservedBytes == nil
    allocationBatch = UInt64(max(host.allocationBatch, 1))
    let all = VirtualDuration(profile, .allocate, allocationBatch)
    // A profile that doesn't say how long the lock is held leaves nothing but all of it.
    let held =
      profile[.frameLock] == nil
      ? all : min(all, VirtualDuration(profile, .frameLock, allocationBatch))
    batch = (held, all - held)
    zeroesByMoving = host.sharesZeroing(profile)
    if let reservedBytes { recording.note(StormQuantity.bytes, Int64(reservedBytes)) }
  }

  /// The guest works.
  mutating func compute(_ nanoseconds: UInt64) {
    let duration = VirtualDuration(nanoseconds: Int64(nanoseconds))
    recording.compute(duration)
    direct[.guest] += duration
  }

  /// The guest waits.
  mutating func wait(_ nanoseconds: UInt64) {
    guard nanoseconds > 0 else { return }
    recording.sleep(VirtualDuration(nanoseconds: Int64(nanoseconds)))
  }

  /// The guest is ready.
  mutating func markReady() { recording.markReady() }

  /// The guest's own handler resolves a fault.
  mutating func guestFault() {
    let duration = VirtualDuration(profile, .guestFault, 1)
    recording.compute(duration)
    recording.note(StormQuantity.faults + Int(FaultKind.guest.rawValue), 1)
    direct[.guest] += duration
  }

  /// A fault was taken and resolved.
  mutating func take(_ number: Int, of routes: FaultRoutes, reading pages: [FilePages]) {
    let known = number < times.count ? times[number] : nil
    let times = known ?? times(of: routes.routes[number], number: number)
    recording.compute(times.before)
    if !pages.isEmpty { read(pages, for: routes.routes[number].activity) }
    bring(times, note: true)
    // The machine's own lock is never contended: no other processor of the machine runs.
    recording.compute(times.under + times.after)
    end(times, number: number)
  }

  /// What a route takes.
  private mutating func times(of route: FaultRoutes.Route, number: Int) -> RouteTimes {
    while times.count <= number {
      times.append(nil)
      routeShares.append(TimeShares())
      counts.append(0)
    }
    if let known = times[number] { return known }
    let price = RoutePrice(route, profile)
    times[number] = price.times
    routeShares[number] = price.shares
    return price.times
  }

  /// Waits for what a route brings from devices, takes its frames and zeroes them.
  private mutating func bring(_ times: RouteTimes, note: Bool) {
    if times.handled > 0 { recording.request(StormResource.handler, bytes: 0) }
    ask(StormResource.storage, times.storage)
    ask(StormResource.network, times.network)
    takeFrames(times.frames)
    zero(times)
    if note, notesFrames, times.filledBytes > 0 {
      recording.note(StormQuantity.bytes, Int64(times.filledBytes))
    }
  }

  /// Takes pages of the shared snapshot from the page cache, or waits until they are there.
  private mutating func read(_ pages: [FilePages], for activity: Activity) {
    for run in pages {
      let order = UInt8(truncatingIfNeeded: run.order.frames.trailingZeroBitCount)
      recording.read(
        snapshot,
        PageRead(page: UInt32(run.first), order: order, purpose: UInt8(activity.number)))
    }
  }

  private mutating func end(_ times: RouteTimes, number: Int) {
    if let kind = times.kind { recording.note(StormQuantity.faults + Int(kind.rawValue), 1) }
    recording.breakLongComputing(after: Self.longest)
    counts[number] += 1
  }

  // MARK: A fault in halves

  /// A fault was taken: the way out of the guest, and finding out what is wanted.
  ///
  /// It counts with all of the fault once that is resolved; gives how long it takes.
  mutating func enter(_ pending: PendingFault) -> VirtualDuration {
    var components: [Component] = [.exit, .decode, .slotLookup]
    if pending.cause == .missing { components.append(.hostLookup) }
    if pending.guestPhysical == nil { components.append(.rewalk) }
    let time = components.reduce(.zero) { $0 + VirtualDuration(profile, $1, 1) }
    recording.compute(time)
    return time
  }

  /// A page was brought for the process before a fault on it is resolved, or brought in vain.
  mutating func bring(
    _ route: FaultRoutes.Route, number: Int, inVain: Bool, reading pages: [FilePages],
    for activity: Activity
  ) {
    let times = self.times(of: route, number: number)
    recording.compute(times.before)
    read(pages, for: activity)
    bring(times, note: !inVain)
    recording.compute(times.under + times.after)
    recording.breakLongComputing(after: Self.longest)
    counts[number] += 1
  }

  /// What a resolution works under the machine's lock.
  mutating func resolve(_ route: FaultRoutes.Route, number: Int) {
    recording.compute(times(of: route, number: number).under)
  }

  /// The rest of a fault, once the machine's lock is given back: all but what was worked on the way in
  /// and under the lock.
  mutating func leave(
    _ route: FaultRoutes.Route, number: Int, entered: VirtualDuration, reading pages: [FilePages]
  ) {
    let times = self.times(of: route, number: number)
    if times.before > entered { recording.compute(times.before - entered) }
    read(pages, for: route.activity)
    bring(times, note: true)
    recording.compute(times.after)
    end(times, number: number)
  }

  private mutating func ask(_ device: Int, _ asked: (requests: UInt64, bytes: UInt64)) {
    guard asked.requests > 0 else { return }
    for _ in 0..<asked.requests {
      recording.request(device, bytes: Int64(asked.bytes / asked.requests))
    }
  }

  /// The host works at something that no route has.
  mutating func work(_ component: Component, _ amount: UInt64) {
    let duration = VirtualDuration(profile, component, amount)
    recording.compute(duration)
    recording.breakLongComputing(after: Self.longest)
    direct[.other] += duration
  }

  /// Takes frames of those at hand, and a batch from the host's free ones when they are used up.
  private mutating func takeFrames(_ count: UInt64) {
    for _ in 0..<count {
      if framesAtHand == 0 {
        recording.lock(StormResource.frameLock, shared: false)
        recording.compute(batch.held)
        recording.unlock(StormResource.frameLock)
        recording.compute(batch.rest)
        direct[.allocate] += batch.held + batch.rest
        framesAtHand = allocationBatch
      }
      framesAtHand -= 1
    }
  }

  private mutating func zero(_ times: RouteTimes) {
    guard times.zeroBytes > 0 else { return }
    direct[.zero] += times.zeroing
    if zeroesByMoving {
      recording.move(StormResource.memory, bytes: Int64(times.zeroBytes))
    } else {
      recording.compute(times.zeroing)
    }
  }

  /// Ends the recording.
  mutating func finish() { recording.finish() }

  /// Takes out what was recorded so far.
  mutating func drain() -> (segments: [Recording.Segment], notes: [Recording.Note]) {
    recording.drain()
  }
}
