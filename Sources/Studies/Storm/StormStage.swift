import Guests
import Simulation

/// An engine with all that a storm's machines share, ready to run.
struct StormStage: ~Copyable {
  var engine: Engine
  let resources: RecordedProgram.Resources
  let frameLock: LockNumber
  let storage: DeviceNumber
  let network: DeviceNumber
  /// What machines pass before they start, if only so many may at once.
  let gate: LockNumber?
  /// When each machine is to start.
  let starts: [VirtualTime]

  /// The stage of so many machines, each of which is one actor where nobody says otherwise.
  init(_ storm: Storm, count: Int, actors: Int? = nil) {
    var engine = Engine(
      actors: actors ?? count, processors: storm.host.processors, slice: storm.host.slice,
      switchCost: storm.host.switchCost)
    frameLock = engine.add(Lock("frames", waiting: .spin))
    storage = engine.add(storm.host.storage(storm.profile))
    network = engine.add(storm.host.network(storm.profile))
    var resources = RecordedProgram.Resources()
    resources.locks = [frameLock]
    resources.bandwidths = [engine.add(storm.host.memory(storm.profile))]
    resources.devices = [storage, network, engine.add(storm.host.handler(storm.profile))]
    let block = max(Int(storm.host.readAroundBytes / 4096), 1)
    for name in storm.sharedSnapshots {
      let cache = PageCache(name, on: storage, block: block, pages: storm.snapshotPages(name))
      resources.caches.append(engine.add(cache))
    }
    self.resources = resources
    gate = storm.policy.startsAtOnce.map {
      engine.add(Lock("starts", waiting: .sleep, capacity: max($0, 1)))
    }
    let stagger = VirtualDuration(nanoseconds: Int64(storm.policy.staggerNanoseconds))
    var generator = SplitMix64(seed: storm.seed)
    let spread = UInt64(max(storm.spread.picoseconds, 0))
    starts = (0..<count).map { number in
      let drawn = spread > 0 ? generator.below(spread) : 0
      return .start + stagger * Int64(number) + VirtualDuration(picoseconds: Int64(drawn))
    }
    self.engine = engine
  }

  /// Empty sums of what is noted.
  static var series: TimeSeries {
    TimeSeries(
      quantities: StormQuantity.count, bin: VirtualDuration(nanoseconds: 1_000_000))
  }
}
