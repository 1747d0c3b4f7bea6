/// The processors of a host and who waits for them.
///
/// There is one line for all processors, first come, first served. An actor keeps its processor for a
/// time slice, and for longer where no one waits or where it holds or awaits a lock that spins.
struct Processors {
  /// How long an actor may keep its processor while others wait.
  let slice: VirtualDuration
  /// What it costs a processor to turn to another actor.
  let switchCost: VirtualDuration
  /// The processors without work, the lowest number last.
  private var idle: [Int]
  /// Who ran on each processor last.
  var last: [Int]
  private var line = Line<Int>()

  init(count: Int, slice: VirtualDuration, switchCost: VirtualDuration) {
    self.slice = slice
    self.switchCost = switchCost
    idle = (0..<count).reversed()
    last = Array(repeating: -1, count: count)
  }

  var isAnyoneWaiting: Bool { !line.isEmpty }

  mutating func takeIdle() -> Int? { idle.popLast() }

  mutating func giveIdle(_ processor: Int) {
    // The lowest number is used first, whatever the order in which they became idle.
    let place = idle.firstIndex { $0 < processor } ?? idle.count
    idle.insert(processor, at: place)
  }

  mutating func enqueue(_ actor: Int) { line.append(actor) }

  mutating func dequeue() -> Int? { line.removeFirst() }
}
