import Costs
import Guests
import HostMemory
import Hypervisor
import Paging
import Simulation

/// A virtual machine of a flavour, as it is played for a storm.
///
/// Its guest's kernel writes its tables before its processor walks them, as the recorded kernel did; a
/// guest from a snapshot has written them long ago, and they lie in the snapshot with everything else.
struct StormMachine: ~Copyable {
  let flavour: Flavour
  var machine: VirtualMachine
  private var space: GuestSpace?
  /// Whether the guest's processor walks the guest's tables now.
  private(set) var isMapped = false
  /// Where the guest's map of its memory starts: its profile is shared by machines that are counted side
  /// by side, and to ask it at each touch would be to count a reference to it.
  private let mapBase: GuestVirtual

  init(_ flavour: Flavour, _ policy: StormPolicy, on host: inout Host) throws(StormError) {
    let machine = try Self.machine(flavour, policy, on: &host)
    self.flavour = flavour
    mapBase = flavour.guest.mapping.base
    self.machine = machine
    self.machine.keepsRoutes = true
  }

  private static func machine(
    _ flavour: Flavour, _ policy: StormPolicy, on host: inout Host
  ) throws(StormError) -> VirtualMachine {
    let layout = flavour.guest.layout
    let source = flavour.source.slot
    var slots = [Slot(at: GuestPhysical(0), bytes: layout.lowBytes, source: source)]
    if layout.highBytes > 0 {
      slots.append(Slot(at: layout.holeEnd, bytes: layout.highBytes, source: source))
    }
    var configuration = MachineConfiguration(flavour.host, slots: slots)
    configuration.processors = flavour.processors
    configuration.policy.backing = policy.backing
    configuration.policy.batch = policy.batch
    if policy.poolBytes != nil { configuration.policy.largePages = .pool }
    do {
      return try VirtualMachine(configuration, on: &host)
    } catch {
      throw .machine(flavour: flavour.name, error)
    }
  }

  /// The counts of the machine so far.
  var ledger: Ledger { machine.ledger }

  /// The bytes of the second stage's tables.
  var tableBytes: UInt64 { UInt64(machine.tableFrames.used) * machine.tableFrames.frameBytes }

  /// Plays the guest from its launch to its end.
  mutating func play(
    into recorder: inout MachineRecorder, on host: inout Host
  ) throws(StormError) {
    for step in flavour.guest.steps() { try play(step, into: &recorder, on: &host) }
    recorder.finish()
  }

  /// Lays out what is in memory before the guest's launch: a snapshot has the guest's tables, and
  /// memory may be populated.
  mutating func begin(
    _ policy: StormPolicy, _ recorder: inout MachineRecorder, on host: inout Host
  ) throws(StormError) {
    if flavour.source != .fresh { try makeTables(on: &host) }
    let depth = policy.population.depth
    do {
      if policy.isPassedThrough {
        let pinned = try machine.pinAll(to: depth ?? .process, on: &host)
        recordFaults(&recorder)
        recorder.work(.pin, pinned.pages)
      } else if let depth, policy.backgroundThreads == 0 {
        try machine.populate(
          extent(policy), to: depth, inOneRequest: policy.extent == .hotSet, on: &host)
        recordFaults(&recorder)
      }
    } catch {
      throw .machine(flavour: flavour.name, error)
    }
  }

  /// Plays one step of the guest.
  mutating func play(
    _ step: GuestStep, into recorder: inout MachineRecorder, on host: inout Host
  ) throws(StormError) {
    switch step {
    case .phase(let number):
      if flavour.guest.phases[number].addressing == .mapped {
        try startMapping(&recorder, on: &host)
      }
    case .compute(let nanoseconds): recorder.compute(nanoseconds)
    case .wait(let nanoseconds): recorder.wait(nanoseconds)
    case .ready: recorder.markReady()
    case .touch(let touch): try make(touch, &recorder, on: &host)
    }
  }

  private mutating func make(
    _ touch: GuestTouch, _ recorder: inout MachineRecorder, on host: inout Host
  ) throws(StormError) {
    if touch.kind == .device {
      // A device fills the process's table, and not the second stage.
      let outcome = machine.touchByProcess(touch.address, .write, on: &host)
      guard outcome.end != .outOfMemory else { throw outOfMemory }
      recordFaults(&recorder)
      return
    }
    let access = Self.access(of: touch.kind)
    let outcome =
      isMapped
      ? machine.touch(
        processor: 0, mapBase + touch.address.value, access, on: &host)
      : machine.touchPhysical(touch.address, access, on: &host)
    switch outcome.end {
    case .arrived, .emulated: break
    case .outOfMemory: throw outOfMemory
    case .guestFault, .unresolved:
      throw .unresolved(flavour: flavour.name, address: touch.address.value)
    }
    recordFaults(&recorder)
  }

  /// How a processor makes a touch of a kind.
  static func access(of kind: BootTouch.Kind) -> Access {
    switch kind {
    case .read: .read
    case .write: .write
    case .fetch: .fetch
    case .device: preconditionFailure("a device has no processor")
    }
  }

  var outOfMemory: StormError {
    let bytes = flavour.guest.layout.memoryBytes
    return .outOfMemory(flavour: flavour.name, needed: bytes, available: bytes)
  }

  /// Records the faults that the last touch took.
  private mutating func recordFaults(_ recorder: inout MachineRecorder) {
    machine.handOverTakenRoutes { number, routes, pages in
      recorder.take(number, of: routes, reading: pages)
    }
  }

  /// Lets the guest's processor walk the guest's tables; a guest that starts from nothing writes them
  /// first.
  private mutating func startMapping(
    _ recorder: inout MachineRecorder, on host: inout Host
  ) throws(StormError) {
    guard !isMapped else { return }
    isMapped = true
    if space == nil {
      for address in tableAddresses {
        _ = machine.touchPhysical(address, .write, on: &host)
        recordFaults(&recorder)
      }
      try makeTables(on: &host)
    }
    guard let root = space?.root else { return }
    do {
      for processor in 0..<flavour.racers { try machine.run(root, processor: processor) }
    } catch {
      throw .machine(flavour: flavour.name, error)
    }
  }

  /// Where the guest's tables lie: at the end of its low memory.
  var tableAddresses: [GuestPhysical] {
    let layout = flavour.guest.layout
    let count = flavour.guest.mapping.tables(upTo: layout.end)
    return (0..<count).map { GuestPhysical(layout.lowBytes - (count - $0) * 4096) }
  }

  private mutating func makeTables(on host: inout Host) throws(StormError) {
    let mapping = flavour.guest.mapping
    let layout = flavour.guest.layout
    guard mapping.format.isa == flavour.host.isa else {
      throw .foreignGuest(flavour: flavour.name)
    }
    let addresses = tableAddresses
    do {
      var space = try machine.makeSpace(
        mapping.format, at: addresses[0], bytes: UInt64(addresses.count) * 4096, on: &host)
      for (start, bytes) in [
        (GuestPhysical(0), layout.lowBytes), (layout.holeEnd, layout.highBytes),
      ] where bytes > 0 {
        let whole = bytes - bytes % mapping.pageBytes
        for (piece, bytes, pageBytes) in [
          (start, whole, mapping.pageBytes as UInt64?), (start + whole, bytes - whole, nil),
        ] where bytes > 0 {
          try machine.load(
            &space, mapping.virtual(piece), bytes: bytes, to: piece, .readWriteExecute,
            pageBytes: pageBytes, on: &host)
        }
      }
      self.space = consume space
    } catch {
      throw .machine(flavour: flavour.name, error)
    }
  }
}

extension StormPolicy.Population {
  /// How far memory is prepared, if it is.
  var depth: PopulationDepth? {
    switch self {
    case .none: nil
    case .process: .process
    case .reading: .reading
    case .writing: .writing
    }
  }
}

extension Flavour.Source {
  /// Where the pages of a slot come from.
  fileprivate var slot: Slot.Source {
    switch self {
    case .fresh: .zero
    case .cachedSnapshot: .file
    case .storedSnapshot: .snapshot
    case .networkSnapshot: .network
    case .sharedSnapshot: .sharedFile
    }
  }
}
