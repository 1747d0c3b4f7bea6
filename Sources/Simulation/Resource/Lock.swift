/// A lock that actors take in the order in which they came.
public struct Lock: Sendable, Hashable {
  /// What an actor does while it waits.
  public enum Waiting: Sendable, Hashable {
    /// It keeps its processor busy.
    case spin
    /// It leaves its processor to others.
    case sleep
  }

  /// What it is called in reports.
  public let name: String
  /// What an actor does while it waits.
  public let waiting: Waiting
  /// How many may hold it at once that don't share it: 1 but for gates.
  public let capacity: Int

  /// A lock.
  public init(_ name: String, waiting: Waiting, capacity: Int = 1) {
    self.name = name
    self.waiting = waiting
    self.capacity = capacity
  }
}

/// A lock at work.
struct LockState {
  let waiting: Lock.Waiting
  let capacity: Int
  private var exclusive = 0
  private var sharing = 0
  private var queue: [Waiter] = []
  private var head = 0
  private(set) var use = LockUse()
  private var busySince = VirtualTime.start

  struct Waiter {
    let actor: Int
    let shared: Bool
    let since: VirtualTime
  }

  init(_ lock: Lock) {
    waiting = lock.waiting
    capacity = lock.capacity
  }

  /// Whether an actor gets the lock at once; it stands in line if not.
  mutating func acquire(_ actor: Int, shared: Bool, at time: VirtualTime) -> Bool {
    use.acquisitions += 1
    if head == queue.count, admits(shared) {
      hold(shared, time)
      return true
    }
    use.contended += 1
    queue.append(Waiter(actor: actor, shared: shared, since: time))
    return false
  }

  /// Gives the lock back.
  ///
  /// Who holds a lock alone releases it so; where it is shared there is no one who holds it alone.
  mutating func release(at time: VirtualTime) {
    if exclusive > 0 { exclusive -= 1 } else { sharing -= 1 }
    precondition(sharing >= 0, "a lock was released that no one held")
    if exclusive == 0, sharing == 0 { use.held += time - busySince }
  }

  /// The next one in line that may have the lock now, if any; it has it.
  mutating func admitNext(at time: VirtualTime) -> Waiter? {
    guard head < queue.count, admits(queue[head].shared) else { return nil }
    let waiter = queue[head]
    head += 1
    if head == queue.count {
      queue.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 1024, head * 2 > queue.count {
      queue.removeFirst(head)
      head = 0
    }
    hold(waiter.shared, time)
    use.waited += time - waiter.since
    return waiter
  }

  private func admits(_ shared: Bool) -> Bool {
    shared ? exclusive == 0 : sharing == 0 && exclusive < capacity
  }

  private mutating func hold(_ shared: Bool, _ time: VirtualTime) {
    if exclusive == 0, sharing == 0 { busySince = time }
    if shared { sharing += 1 } else { exclusive += 1 }
  }
}
