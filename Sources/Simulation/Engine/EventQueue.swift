/// The moments at which the engine has something to do, earliest first.
///
/// Each owner (an actor, or a resource with a moment of its own) has at most one; within a moment the
/// owners' numbers decide. So the order is total, and no sequence number is needed. The moments of
/// those on processors lie apart from the others, which are far fewer.
///
/// Such a moment and its owner are one word, the time above the number: to compare two is to compare
/// two words. The time counts from an origin that moves on, and a moment beyond its reach lies among
/// the others.
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
  private var resources: FlatRow<Int64>
  /// The processor that each actor had its last moment on.
  private var processors: FlatRow<Int32>
  /// The processor whose moment has come last, until it has another one.
  private var passed = -1

  private let actors: Int
  /// The bits of a word below its time.
  private let ownerBits: Int64
  /// The longest time from the origin that a word has room for.
  private let reach: Int64
  private var origin: Int64 = 0
  /// The moment that came last.
  private var now: Int64 = 0

  /// A queue whose words have so many bits.
  init(actors: Int, processors: Int, resources: Int, bits: Int64 = 63) {
    self.actors = actors
    self.resources = FlatRow(repeatElement(ProcessorMoments.none, count: resources))
    self.processors = FlatRow(repeatElement(-1, count: actors))
    places = Array(repeating: -1, count: actors + resources)
    running = ProcessorMoments(processors: processors)
    var ownerBits: Int64 = 1
    while 1 << ownerBits < actors + resources { ownerBits += 1 }
    precondition(ownerBits < bits, "a word has no room for \(actors + resources) owners")
    self.ownerBits = ownerBits
    reach = 1 << (bits - ownerBits) - 2
  }

  /// Gives an actor its moment, on its processor if it has one.
  @inline(__always)
  mutating func schedule(_ owner: Int, on processor: Int, at time: VirtualTime) {
    guard processor >= 0 else { return schedule(owner, at: time) }
    if passed == processor { passed = -1 }
    let distance = time.picoseconds &- origin
    guard distance <= reach else { return scheduleFar(owner, on: processor, at: time) }
    processors[owner] = Int32(truncatingIfNeeded: processor)
    running.set(processor, key(distance, owner))
  }

  /// The word of a time from the origin and an owner.
  @inline(__always)
  private func key(_ distance: Int64, _ owner: Int) -> Int64 {
    distance &<< ownerBits | Int64(truncatingIfNeeded: owner)
  }

  @inline(never)
  private mutating func scheduleFar(_ owner: Int, on processor: Int, at time: VirtualTime) {
    moveOrigin()
    guard time.picoseconds - origin <= reach else {
      running.clear(processor)
      return schedule(owner, at: time)
    }
    schedule(owner, on: processor, at: time)
  }

  /// Counts times from now on, before which nothing happens any more.
  private mutating func moveOrigin() {
    if passed >= 0 {
      running.clear(passed)
      passed = -1
    }
    let amount = (now - origin) << ownerBits
    origin = now
    running.subtract(amount)
    for number in 0..<resources.count where resources[number] != ProcessorMoments.none {
      resources[number] -= amount
    }
  }

  /// Gives a resource its moment, or takes it away; its number as an owner comes after those of all
  /// actors.
  @inline(__always)
  mutating func schedule(resource: Int, at time: VirtualTime?) {
    let owner = actors &+ resource
    if places[owner] >= 0 { cancel(owner) }
    guard let time else {
      resources[resource] = ProcessorMoments.none
      return
    }
    let distance = time.picoseconds &- origin
    guard distance <= reach else { return scheduleFar(resource: resource, at: time) }
    resources[resource] = key(distance, owner)
  }

  @inline(never)
  private mutating func scheduleFar(resource: Int, at time: VirtualTime) {
    moveOrigin()
    guard time.picoseconds - origin <= reach else {
      resources[resource] = ProcessorMoments.none
      return schedule(actors + resource, at: time)
    }
    schedule(resource: resource, at: time)
  }

  /// Takes the moment of the actor on a processor away.
  mutating func cancel(_ actor: Int, on processor: Int) {
    if passed == processor { passed = -1 }
    running.clear(processor)
    cancel(actor)
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
    for number in 0..<resources.count where resources[number] < first { first = resources[number] }
    guard first != ProcessorMoments.none else { return nextOfOthers() }
    let time = origin &+ first &>> ownerBits
    let owner = Int(truncatingIfNeeded: first & (1 &<< ownerBits &- 1))
    if let other = heap.first,
      other.precedes(Entry(time: time, owner: Int32(truncatingIfNeeded: owner)))
    {
      return nextOfOthers()
    }
    if owner < actors {
      passed = Int(processors[owner])
    } else {
      resources[owner &- actors] = ProcessorMoments.none
    }
    now = time
    return (owner, VirtualTime(picoseconds: time))
  }

  private mutating func nextOfOthers() -> (owner: Int, time: VirtualTime)? {
    guard let first = heap.first else { return nil }
    places[Int(first.owner)] = -1
    let last = heap.removeLast()
    if !heap.isEmpty { sink(0, last) }
    now = first.time
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
