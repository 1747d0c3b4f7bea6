import Costs
import Guests
import HostMemory
import Hypervisor
import Simulation

/// What one machine of a flavour does from its launch on, counted.
struct CountedMachine {
  private(set) var recording: Recording
  let shares: TimeShares
  /// The work before the guest's first instruction.
  let setUp: TotalTime
  let ledger: Ledger
  /// The bytes of frames that it has come to use, its tables included.
  let usedBytes: UInt64
  /// The bytes of the second stage's tables.
  let tableBytes: UInt64
  /// The bytes of the process's own tables.
  let processTableBytes: UInt64

  /// Plays a machine of a flavour on a host of its own.
  init(_ flavour: Flavour, _ storm: Storm) throws(StormError) {
    var host: Host
    do {
      host = try Host(bytes: Self.hostBytes(flavour))
    } catch {
      throw .machine(flavour: flavour.name, error)
    }
    let before = host.frames.freeFrames
    var machine = try StormMachine(flavour, storm.policy, on: &host)
    let reserved = storm.policy.reservedBytes(flavour)
    var recorder = MachineRecorder(
      storm.profile, storm.host, reservedBytes: reserved, snapshot: storm.snapshotNumber(flavour))
    try machine.begin(storm.policy, &recorder, on: &host)
    setUp = recorder.shares.total
    try machine.play(into: &recorder, on: &host)
    let ledger = machine.ledger
    do {
      _ = try Bill(ledger.withoutAccesses, storm.profile)
    } catch {
      throw .pricing(error)
    }
    recording = recorder.recording
    shares = recorder.shares
    self.ledger = ledger
    usedBytes = storm.policy.usedBytes(
      flavour, taken: (before - host.frames.freeFrames) * 4096, ledger)
    tableBytes = machine.tableBytes
    processTableBytes = machine.machine.processTableBytes
  }

  /// The memory of a host of the machine's own: room for all of the guest's in pages of any size, and for
  /// tables.
  static func hostBytes(_ flavour: Flavour) -> UInt64 {
    (flavour.guest.layout.memoryBytes + 4 << 30) & ~(1 << 30 - 1)
  }

  /// The machine with the other one's recording, if that is the same.
  func sharing(_ other: CountedMachine) -> CountedMachine {
    guard recording == other.recording else { return self }
    var machine = self
    machine.recording = other.recording
    return machine
  }
}

extension Ledger {
  /// The ledger without what accesses cost beyond any fault: the times of a storm leave it out.
  var withoutAccesses: Ledger {
    var ledger = Ledger()
    for activity in Activity.all where !activity.isWalk {
      ledger.count(activity, times: count(of: activity))
      for component in Component.allCases {
        ledger.use(component, amount(of: component, for: activity), for: activity)
      }
    }
    return ledger
  }
}
