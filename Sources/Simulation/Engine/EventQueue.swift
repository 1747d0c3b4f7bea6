/// The moments at which the engine has something to do, earliest first.
///
/// Each owner (an actor, or a resource with a moment of its own) has at most one; within a moment the
/// owners' numbers decide. So the order is total, and no sequence number is needed. The moments of
/// those on processors lie apart from the others, which are far fewer.
struct EventQueue: ~Copyable {
  private struct Entry {
    let time: Int64
    let owner: Int32

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : owner < other.owner
    }
  }

  private var heap: [Entry] = []
  /// Where each owner's entry lies in the heap; -1 where it has none.
  private var places: [Int32]

  private var running: ProcessorMoments
  /// The moments of the few resources that have one, by their numbers.
  private var resources: FlatRow<UInt128>
  /// The processor whose moment has come last, until it has another one.
  private var passed = -1

  init(owners: Int, processors: Int, resources: Int) {
    self.resources = FlatRow(repeatElement(ProcessorMoments.none, count: resources))
    places = Array(repeating: -1, count: owners)
    running = ProcessorMoments(processors: processors)
  }

  /// Gives an actor its moment, on its processor if it has one.
  @inline(__always)
  mutating func schedule(_ owner: Int, on processor: Int, at time: VirtualTime) {
    guard processor >= 0 else { return schedule(owner, at: time) }
    if passed == processor { passed = -1 }
    running.set(
      processor, ProcessorMoments.key(time, owner: owner, processor: processor))
  }

  /// Gives a resource its moment, or takes it away; its number as an owner comes after those of all
  /// actors.
  @inline(__always)
  mutating func schedule(resource: Int, owner: Int, at time: VirtualTime?) {
    resources[resource] =
      time.map { ProcessorMoments.key($0, owner: owner, processor: resource) }
      ?? ProcessorMoments.none
  }

  /// Takes the moment of the actor on a processor away.
  mutating func cancel(processor: Int) {
    if passed == processor { passed = -1 }
    running.clear(processor)
  }

  /// Gives an owner without a processor its moment, or another one.
  mutating func schedule(_ owner: Int, at time: VirtualTime) {
    let entry = Entry(time: time.picoseconds, owner: Int32(truncatingIfNeeded: owner))
    let place = Int(places[owner])
    if place < 0 {
      heap.append(entry)
      rise(heap.count - 1, entry)
    } else if entry.precedes(heap[place]) {
      rise(place, entry)
    } else {
      sink(place, entry)
    }
  }

  /// Takes an owner's moment away.
  mutating func cancel(_ owner: Int) {
    let place = Int(places[owner])
    guard place >= 0 else { return }
    places[owner] = -1
    let last = heap.removeLast()
    guard place < heap.count else { return }
    if last.precedes(heap[place]) { rise(place, last) } else { sink(place, last) }
  }

  /// The earliest moment and whose it is.
  @inline(__always)
  mutating func next() -> (owner: Int, time: VirtualTime)? {
    // A processor's moment that has come is left in its place until now: as a rule the next one of the
    // same processor has replaced it.
    if passed >= 0 {
      running.clear(passed)
      passed = -1
    }
    var first = running.first
    var resource = -1
    for number in 0..<resources.count where resources[number] < first {
      first = resources[number]
      resource = number
    }
    let time = Int64(bitPattern: UInt64(truncatingIfNeeded: first >> 64))
    let owner = Int(UInt32(truncatingIfNeeded: first >> 32))
    if first != ProcessorMoments.none {
      if let other = heap.first,
        other.precedes(Entry(time: time, owner: Int32(truncatingIfNeeded: owner)))
      {
        return nextOfOthers()
      }
      if resource >= 0 {
        resources[resource] = ProcessorMoments.none
      } else {
        passed = Int(UInt32(truncatingIfNeeded: first))
      }
      return (owner, VirtualTime(picoseconds: time))
    }
    return nextOfOthers()
  }

  private mutating func nextOfOthers() -> (owner: Int, time: VirtualTime)? {
    guard let first = heap.first else { return nil }
    places[Int(first.owner)] = -1
    let last = heap.removeLast()
    if !heap.isEmpty { sink(0, last) }
    return (Int(first.owner), VirtualTime(picoseconds: first.time))
  }

  private mutating func rise(_ start: Int, _ entry: Entry) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard entry.precedes(heap[parent]) else { break }
      put(heap[parent], at: place)
      place = parent
    }
    put(entry, at: place)
  }

  private mutating func sink(_ start: Int, _ entry: Entry) {
    var place = start
    while true {
      var child = 2 * place + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(entry) else { break }
      put(heap[child], at: place)
      place = child
    }
    put(entry, at: place)
  }

  @inline(__always)
  private mutating func put(_ entry: Entry, at place: Int) {
    heap[place] = entry
    places[Int(entry.owner)] = Int32(truncatingIfNeeded: place)
  }
}
