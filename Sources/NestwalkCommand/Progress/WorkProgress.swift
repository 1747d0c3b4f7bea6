import Guests
import Simulation
import Studies

/// Tells how much of a storm's guests' work has been done on processors.
///
/// Processors are busy with more than that, with faults and with locks that they wait for, so that the
/// end may come later than it seems; it does not come earlier.
struct WorkProgress: EngineObserver {
  private let line: ProgressLine
  private let expected: Double
  private var done = 0.0

  /// The progress of a storm; nothing where there is nowhere to show it.
  init?(_ storm: Storm) {
    guard let line = ProgressLine("percent of the guests' work") else { return nil }
    self.line = line
    expected = storm.fleet.reduce(0) { sum, flavour in
      let work = flavour.guest.counts().reduce(0) { $0 + $1.computeNanoseconds }
      return sum + Double(flavour.count) * Double(work) * 1000
    }
  }

  mutating func ran(
    _ actor: ActorNumber, on processor: Int, from: VirtualTime, to: VirtualTime
  ) {
    done += Double((to - from).picoseconds)
    line.report(Int(min(99, done / max(expected, 1) * 100)), 100)
  }

  mutating func waited(
    _ actor: ActorNumber, for lock: LockNumber, from: VirtualTime, to: VirtualTime
  ) {}

  /// Takes the line away.
  func end() { line.end() }
}
