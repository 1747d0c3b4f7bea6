/// The execution of a simulation: actors, in the order of time, on what they share.
///
/// Everything happens in the order of (time, actor): what an actor does next is asked for at its
/// moment, so counts and times are functions of one execution, the same in each run.
public struct Engine: ~Copyable {
  /// What an actor waits for, or does.
  enum State: UInt8 {
    /// Its next step is to be asked for or, if one is pending, made.
    case stepping
    case computing
    case moving
    case queued
    case spinning
    case stalled
    case locked
    case onDevice
    case asleep
    case waiting
    case finished
  }

  /// What changes at nearly each step comes first, so that it lies together.
  struct Actor {
    var state = State.stepping
    var hasPending = false
    /// A wake-up came before it waited.
    var woken = false
    /// How many spinning locks it holds: it is not taken off its processor meanwhile.
    var spinsHeld: Int32 = 0
    var processor = -1
    /// What is left of what it computes.
    var left = VirtualDuration.zero
    /// Since when it does what it does.
    var since = VirtualTime.start
    var sliceEnd = VirtualTime.start
    /// The bandwidth through which it moves bytes as fast as alone; -1 if there is none.
    var bandwidth = -1
    var times = ActorTimes()
    /// Until when it moves bytes as fast as alone.
    var moveEnd = VirtualTime.start
    var pending = Step.finish
    /// Since when it has its processor.
    var ranSince = VirtualTime.start
    /// What it is waiting for, if it is a lock.
    var lock = 0
  }

  private var actors: FlatRow<Actor>
  private var processors: Processors
  private var locks: [LockState] = []
  private var lockNames: [Lock] = []
  private var words: [SharedWordState] = []
  private var devices: [DeviceState] = []
  private var caches: [PageCacheState] = []
  private var bandwidths = FlatRow<BandwidthState>([])
  /// The moment of the last step.
  public private(set) var now = VirtualTime.start

  /// An engine of so many actors on a host of so many processors.
  public init(
    actors: Int, processors: Int, slice: VirtualDuration, switchCost: VirtualDuration = .zero
  ) {
    precondition(processors > 0, "a host has a processor")
    self.actors = FlatRow(repeatElement(Actor(), count: actors))
    self.processors = Processors(count: processors, slice: slice, switchCost: switchCost)
  }

  /// Adds a lock.
  public mutating func add(_ lock: Lock) -> LockNumber {
    locks.append(LockState(lock))
    lockNames.append(lock)
    return LockNumber(value: locks.count - 1)
  }

  /// Adds a word that processors write by turns.
  public mutating func add(_ word: SharedWord) -> SharedWordNumber {
    words.append(SharedWordState(word))
    return SharedWordNumber(value: words.count - 1)
  }

  /// Adds a device.
  public mutating func add(_ device: Device) -> DeviceNumber {
    devices.append(DeviceState(device))
    return DeviceNumber(value: devices.count - 1)
  }

  /// Adds a file's pages.
  public mutating func add(_ cache: PageCache) -> PageCacheNumber {
    caches.append(PageCacheState(cache))
    return PageCacheNumber(value: caches.count - 1)
  }

  /// Adds a bandwidth.
  public mutating func add(_ bandwidth: Bandwidth) -> BandwidthNumber {
    bandwidths.append(BandwidthState(bandwidth))
    return BandwidthNumber(value: bandwidths.count - 1)
  }

  /// Where an actor's time went.
  public func times(of actor: ActorNumber) -> ActorTimes { actors[actor.value].times }

  /// How a lock was used.
  public func use(of lock: LockNumber) -> LockUse { locks[lock.value].use }

  /// How a shared word was used.
  public func use(of word: SharedWordNumber) -> SharedWordUse { words[word.value].use }

  /// How a device was used.
  public func use(of device: DeviceNumber) -> DeviceUse { devices[device.value].use }

  /// How a file's pages were used.
  public func use(of cache: PageCacheNumber) -> PageCacheUse { caches[cache.value].use }

  /// How a bandwidth was used.
  public func use(of bandwidth: BandwidthNumber) -> BandwidthUse { bandwidths[bandwidth.value].use }

  /// Runs all actors to their end.
  public mutating func run(_ program: inout some Program & ~Copyable) throws(EngineError) {
    var observer = NoEngineObserver()
    try runAny(&program, observer: &observer)
  }

  /// Runs all actors to their end, under the eyes of an observer.
  public mutating func run(
    _ program: inout some Program & ~Copyable, observer: inout some EngineObserver
  ) throws(EngineError) {
    try runAny(&program, observer: &observer)
  }

  /// Runs all actors to their end.
  mutating func runAny(
    _ program: inout some Program & ~Copyable, observer: inout some EngineObserver
  ) throws(EngineError) {
    var queue = EventQueue(
      actors: actors.count, processors: processors.last.count, resources: bandwidths.count)
    for actor in 0..<actors.count { queue.schedule(actor, at: .start) }
    while let event = queue.next() {
      now = event.time
      guard now < .never else { throw .tooLong }
      if event.owner < actors.count {
        resume(event.owner, &queue, &program, &observer)
      } else {
        // Who alone has moved its bytes goes on at once: nothing else is left to do at this moment.
        if let actor = finishMoves(event.owner - actors.count, &queue) {
          resume(actor, &queue, &program, &observer)
        }
      }
    }
    var stuck: [Int] = []
    for actor in 0..<actors.count where actors[actor].state != .finished { stuck.append(actor) }
    guard stuck.isEmpty else { throw .stuck(actors: stuck.map(ActorNumber.init), at: now) }
  }

  /// Lets an actor go on whose moment has come.
  private mutating func resume(
    _ actor: Int, _ queue: inout EventQueue, _ program: inout some Program & ~Copyable,
    _ observer: inout some EngineObserver
  ) {
    let elapsed = now - actors[actor].since
    switch actors[actor].state {
    case .computing:
      actors[actor].times.computing += elapsed
      actors[actor].left = actors[actor].left - elapsed
      if actors[actor].left > .zero {
        // The slice has ended before the work.
        actors[actor].pending = .compute(actors[actor].left)
        actors[actor].hasPending = true
      }
    case .moving:
      actors[actor].times.moving += elapsed
      if actors[actor].bandwidth >= 0 {
        bandwidths[actors[actor].bandwidth].endFree(at: now)
        actors[actor].bandwidth = -1
      }
    case .queued: actors[actor].times.queued += elapsed
    case .spinning:
      actors[actor].times.spinning += elapsed
      observer.waited(
        ActorNumber(actor), for: LockNumber(value: actors[actor].lock), from: actors[actor].since,
        to: now)
    case .stalled: actors[actor].times.stalled += elapsed
    case .locked:
      actors[actor].times.locked += elapsed
      observer.waited(
        ActorNumber(actor), for: LockNumber(value: actors[actor].lock), from: actors[actor].since,
        to: now)
    case .onDevice: actors[actor].times.onDevices += elapsed
    case .asleep, .waiting: actors[actor].times.asleep += elapsed
    case .stepping, .finished: break
    }
    actors[actor].state = .stepping
    advance(actor, &queue, &program, &observer)
  }

  /// Makes an actor's steps until one takes time.
  private mutating func advance(
    _ actor: Int, _ queue: inout EventQueue, _ program: inout some Program & ~Copyable,
    _ observer: inout some EngineObserver
  ) {
    while true {
      let step: Step
      if actors[actor].hasPending {
        actors[actor].hasPending = false
        step = actors[actor].pending
      } else {
        step = program.next(ActorNumber(actor), at: now)
      }
      switch step {
      case .compute(let duration):
        guard duration > .zero else { continue }
        guard hasProcessor(actor, for: step, &queue, &observer) else { return }
        actors[actor].left = duration
        begin(.computing, actor)
        let end = now + duration
        let isPreemptible = actors[actor].spinsHeld == 0
        queue.schedule(
          actor, on: actors[actor].processor,
          at: isPreemptible ? min(end, actors[actor].sliceEnd) : end)
        return
      case .move(let bandwidth, let bytes):
        guard bytes > 0 else { continue }
        guard hasProcessor(actor, for: step, &queue, &observer) else { return }
        begin(.moving, actor)
        move(actor, bandwidth.value, bytes, &queue)
        return
      case .lock(let lock, let shared):
        let spins = locks[lock.value].waiting == .spin
        if spins, !hasProcessor(actor, for: step, &queue, &observer) { return }
        if locks[lock.value].acquire(actor, shared: shared, at: now) {
          if spins { actors[actor].spinsHeld += 1 }
          continue
        }
        actors[actor].lock = lock.value
        if spins {
          begin(.spinning, actor)
        } else {
          leaveProcessor(actor, &queue, &observer)
          begin(.locked, actor)
        }
        return
      case .unlock(let lock):
        if locks[lock.value].waiting == .spin { actors[actor].spinsHeld -= 1 }
        locks[lock.value].release(at: now)
        while let waiter = locks[lock.value].admitNext(at: now) {
          if locks[lock.value].waiting == .spin { actors[waiter.actor].spinsHeld += 1 }
          queue.schedule(waiter.actor, on: actors[waiter.actor].processor, at: now)
        }
      case .write(let word):
        guard hasProcessor(actor, for: step, &queue, &observer) else { return }
        let end = words[word.value].reach(actors[actor].processor, at: now)
        guard end > now else { continue }
        begin(.stalled, actor)
        queue.schedule(actor, on: actors[actor].processor, at: end)
        return
      case .request(let device, let bytes):
        leaveProcessor(actor, &queue, &observer)
        begin(.onDevice, actor)
        queue.schedule(actor, at: devices[device.value].answer(bytes: bytes, at: now))
        return
      case .read(let cache, let read):
        guard let end = answer(read, from: cache) else { continue }
        leaveProcessor(actor, &queue, &observer)
        begin(.onDevice, actor)
        queue.schedule(actor, at: end)
        return
      case .sleep(let duration):
        guard duration > .zero else { continue }
        leaveProcessor(actor, &queue, &observer)
        begin(.asleep, actor)
        queue.schedule(actor, at: now + duration)
        return
      case .wait:
        if actors[actor].woken {
          actors[actor].woken = false
          continue
        }
        leaveProcessor(actor, &queue, &observer)
        begin(.waiting, actor)
        return
      case .wake(let other):
        if actors[other.value].state == .waiting {
          queue.schedule(other.value, at: now)
        } else {
          actors[other.value].woken = true
        }
      case .finish:
        leaveProcessor(actor, &queue, &observer)
        actors[actor].state = .finished
        actors[actor].times.finished = now
        return
      }
    }
  }

  /// When pages of a file are there; nothing where they are.
  @inline(never)
  private mutating func answer(_ read: PageRead, from cache: PageCacheNumber) -> VirtualTime? {
    let device = caches[cache.value].cache.device.value
    return caches[cache.value].answer(read, &devices[device], at: now)
  }

  private mutating func begin(_ state: State, _ actor: Int) {
    actors[actor].state = state
    actors[actor].since = now
  }

  /// Whether an actor has a processor now for its step; if not, it stands in line, the step pending.
  @inline(__always)
  private mutating func hasProcessor(
    _ actor: Int, for step: Step, _ queue: inout EventQueue, _ observer: inout some EngineObserver
  ) -> Bool {
    if actors[actor].processor >= 0, now < actors[actor].sliceEnd { return true }
    return getsProcessor(actor, for: step, &queue, &observer)
  }

  private mutating func getsProcessor(
    _ actor: Int, for step: Step, _ queue: inout EventQueue, _ observer: inout some EngineObserver
  ) -> Bool {
    if actors[actor].processor >= 0 {
      guard now >= actors[actor].sliceEnd, actors[actor].spinsHeld == 0 else { return true }
      guard processors.isAnyoneWaiting else {
        actors[actor].sliceEnd = now + processors.slice
        return true
      }
      leaveProcessor(actor, &queue, &observer)
    } else if let processor = processors.takeIdle() {
      return !turn(processor, to: actor, pending: step, &queue)
    }
    actors[actor].pending = step
    actors[actor].hasPending = true
    begin(.queued, actor)
    processors.enqueue(actor)
    return false
  }

  /// Gives an actor a processor, and says whether switching to it takes time before its step.
  private mutating func turn(
    _ processor: Int, to actor: Int, pending step: Step, _ queue: inout EventQueue
  ) -> Bool {
    actors[actor].processor = processor
    actors[actor].ranSince = now
    actors[actor].sliceEnd = now + processors.slice
    let isAnother = processors.last[processor] != actor
    processors.last[processor] = actor
    guard isAnother, processors.switchCost > .zero else { return false }
    actors[actor].pending = step
    actors[actor].hasPending = true
    actors[actor].times.switching += processors.switchCost
    actors[actor].state = .stepping
    queue.schedule(actor, on: processor, at: now + processors.switchCost)
    return true
  }

  /// Takes an actor off its processor, if it has one, and gives that to the next in line.
  private mutating func leaveProcessor(
    _ actor: Int, _ queue: inout EventQueue, _ observer: inout some EngineObserver
  ) {
    let processor = actors[actor].processor
    guard processor >= 0 else { return }
    actors[actor].processor = -1
    observer.ran(ActorNumber(actor), on: processor, from: actors[actor].ranSince, to: now)
    guard let next = processors.dequeue() else {
      processors.giveIdle(processor)
      return
    }
    actors[next].times.queued += now - actors[next].since
    actors[next].state = .stepping
    if !turn(processor, to: next, pending: actors[next].pending, &queue) {
      queue.schedule(next, on: processor, at: now)
    }
  }

  /// Lets an actor move bytes.
  @inline(__always)
  private mutating func move(
    _ actor: Int, _ bandwidth: Int, _ bytes: Int64, _ queue: inout EventQueue
  ) {
    if bandwidths[bandwidth].isFull { share(bandwidth, &queue) }
    guard let duration = bandwidths[bandwidth].begin(actor, bytes: bytes, at: now) else {
      schedule(bandwidth, &queue)
      return
    }
    goFreely(actor, bandwidth, until: now + duration, &queue)
  }

  /// Lets an actor move its bytes as fast as alone until a moment.
  @inline(__always)
  private mutating func goFreely(
    _ actor: Int, _ bandwidth: Int, until end: VirtualTime, _ queue: inout EventQueue
  ) {
    actors[actor].bandwidth = bandwidth
    actors[actor].moveEnd = end
    queue.schedule(actor, on: actors[actor].processor, at: end)
  }

  /// Makes those share a bandwidth who moved bytes as fast as alone: they now wait for the bandwidth's
  /// moment, and no more for one of their own.
  private mutating func share(_ bandwidth: Int, _ queue: inout EventQueue) {
    bandwidths[bandwidth].beginSharing(at: now)
    for processor in processors.last.indices {
      let actor = processors.last[processor]
      guard actor >= 0, actors[actor].processor == processor, actors[actor].bandwidth == bandwidth
      else { continue }
      actors[actor].bandwidth = -1
      bandwidths[bandwidth].share(actor, until: actors[actor].moveEnd)
      queue.cancel(actor, on: processor)
    }
  }

  /// Lets those go on who have moved their bytes, and all others who share as fast as alone if they are
  /// few enough; one who alone has moved its bytes is returned instead.
  private mutating func finishMoves(_ bandwidth: Int, _ queue: inout EventQueue) -> Int? {
    var alone = bandwidths[bandwidth].endShared(at: now)
    while let actor = bandwidths[bandwidth].endShared(at: now) {
      if let first = alone {
        queue.schedule(first, on: actors[first].processor, at: now)
        alone = nil
      }
      queue.schedule(actor, on: actors[actor].processor, at: now)
    }
    while let (actor, left) = bandwidths[bandwidth].release() {
      goFreely(actor, bandwidth, until: now + left, &queue)
    }
    schedule(bandwidth, &queue)
    return alone
  }

  /// Gives a bandwidth its next moment.
  @inline(__always)
  private mutating func schedule(_ bandwidth: Int, _ queue: inout EventQueue) {
    let next = bandwidths[bandwidth].next().map { max($0, now) }
    queue.schedule(resource: bandwidth, at: next)
  }
}
