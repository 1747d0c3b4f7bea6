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
  /// The moments of those on no processor, in picoseconds.
  private var others: RankedNumbers<Int64>

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
    others = RankedNumbers(count: actors + resources)
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
    others.remove(owner)
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
    others.rank(owner, time.picoseconds)
  }

  /// Takes an owner's moment away.
  mutating func cancel(_ owner: Int) { others.remove(owner) }

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
    if others.firstPrecedes(owner, time) { return nextOfOthers() }
    if owner < actors {
      passed = Int(processors[owner])
    } else {
      resources[owner &- actors] = ProcessorMoments.none
    }
    now = time
    return (owner, VirtualTime(picoseconds: time))
  }

  private mutating func nextOfOthers() -> (owner: Int, time: VirtualTime)? {
    guard let first = others.first else { return nil }
    others.remove(first.number)
    now = first.rank
    return (first.number, VirtualTime(picoseconds: first.rank))
  }
}
