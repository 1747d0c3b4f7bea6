import Simulation
import Testing

@Suite("The engine keeps the laws of queues")
struct EngineLawTests {
  /// Runs the lists of steps, and says when each actor was done and where its time went.
  private func run(
    _ steps: [[Step]], processors: Int, slice: Int64 = 1000, switchCost: Int64 = 0
  ) throws -> [ActorTimes] {
    var engine = Engine(
      actors: steps.count, processors: processors, slice: .ns(slice), switchCost: .ns(switchCost))
    var program = ListedProgram(steps)
    try engine.run(&program)
    return steps.indices.map { engine.times(of: ActorNumber($0)) }
  }

  @Test("one actor on an idle host takes the sum of its steps")
  func sum() throws {
    let times = try run(
      [[.compute(.ns(700)), .sleep(.ns(50)), .compute(.ns(5000))]], processors: 3)
    #expect(times[0].finished == .ns(5750))
    #expect(times[0].computing == .ns(5700))
    #expect(times[0].asleep == .ns(50))
  }

  @Test("identical actors on one processor take as many times as long", arguments: [1, 2, 7, 32])
  func oneProcessor(count: Int) throws {
    let times = try run(
      Array(repeating: [.compute(.ns(2500)), .compute(.ns(600))], count: count), processors: 1)
    let last = times.compactMap(\.finished).max()
    #expect(last == .ns(3100 * Int64(count)))
    for time in times { #expect(time.total.picoseconds == time.finished?.picoseconds) }
  }

  @Test("with a processor for each, all are done when one alone would be")
  func unlimited() throws {
    let times = try run(Array(repeating: [.compute(.ns(2500))], count: 50), processors: 50)
    #expect(times.allSatisfy { $0.finished == .ns(2500) && $0.queued == .zero })
  }

  @Test("a slice ends only where others wait, and each switch costs")
  func slices() throws {
    // A turn of 1000 has 10 for the switch and 990 for the work: A, B, then 510 are left of each.
    let two: [[Step]] = Array(repeating: [.compute(.ns(1500))], count: 2)
    let times = try run(two, processors: 1, switchCost: 10)
    #expect(times[0].finished == .ns(1000 + 1000 + 10 + 510))
    #expect(times[1].switching == .ns(20))
    #expect(times[1].finished == .ns(3040))
    let alone = try run([[.compute(.ns(15000))]], processors: 1, switchCost: 10)
    #expect(alone[0].finished == .ns(15010))
  }

  @Test("a lock that spins is taken in the order of arrival", arguments: [2, 5, 16])
  func exclusive(count: Int) throws {
    var engine = Engine(actors: count, processors: count, slice: .ns(1000))
    let lock = engine.add(Lock("lock", waiting: .spin))
    let steps: [Step] = [.lock(lock, shared: false), .compute(.ns(40)), .unlock(lock)]
    var program = ListedProgram(Array(repeating: steps, count: count))
    try engine.run(&program)
    for actor in 0..<count {
      #expect(engine.times(of: ActorNumber(actor)).finished == .ns(40 * Int64(actor + 1)))
      #expect(engine.times(of: ActorNumber(actor)).spinning == .ns(40 * Int64(actor)))
    }
    let use = engine.use(of: lock)
    #expect(use.acquisitions == count)
    #expect(use.contended == count - 1)
    #expect(use.held == .ns(40 * Int64(count)))
    #expect(use.waited == TotalTime(.ns(40 * Int64(count * (count - 1) / 2))))
  }

  @Test("those who share a lock hold it together; who comes alone waits, and holds up those behind")
  func shared() throws {
    var engine = Engine(actors: 4, processors: 4, slice: .ns(1000))
    let lock = engine.add(Lock("lock", waiting: .spin))
    func holder(_ shared: Bool, after: Int64) -> [Step] {
      [.sleep(.ns(after)), .lock(lock, shared: shared), .compute(.ns(100)), .unlock(lock)]
    }
    var program = ListedProgram([
      holder(true, after: 1), holder(true, after: 2), holder(false, after: 3),
      holder(true, after: 4),
    ])
    try engine.run(&program)
    let finished = (0..<4).map { engine.times(of: ActorNumber($0)).finished }
    #expect(finished == [.ns(101), .ns(102), .ns(202), .ns(302)])
  }

  @Test("a gate lets so many in", arguments: [1, 3, 4])
  func gate(capacity: Int) throws {
    var engine = Engine(actors: 12, processors: 12, slice: .ns(1000))
    let gate = engine.add(Lock("gate", waiting: .sleep, capacity: capacity))
    let steps: [Step] = [.lock(gate, shared: false), .compute(.ns(100)), .unlock(gate)]
    var program = ListedProgram(Array(repeating: steps, count: 12))
    try engine.run(&program)
    for actor in 0..<12 {
      let round = Int64(actor / capacity)
      #expect(engine.times(of: ActorNumber(actor)).finished == .ns(100 * (round + 1)))
      #expect(engine.times(of: ActorNumber(actor)).locked == .ns(100 * round))
    }
  }

  @Test("who waits for a lock that spins keeps its processor from others")
  func spinningKeeps() throws {
    for waiting in [Lock.Waiting.spin, .sleep] {
      var engine = Engine(actors: 3, processors: 2, slice: .ns(1_000_000))
      let lock = engine.add(Lock("lock", waiting: waiting))
      let steps: [Step] = [.lock(lock, shared: false), .compute(.ns(500)), .unlock(lock)]
      var program = ListedProgram([steps, steps, [.compute(.ns(100))]])
      try engine.run(&program)
      let finished = engine.times(of: ActorNumber(2)).finished
      #expect(finished == (waiting == .spin ? .ns(600) : .ns(100)))
    }
  }

  @Test("a device works on as many requests as it is deep", arguments: [1, 2, 5])
  func device(depth: Int) throws {
    var engine = Engine(actors: 10, processors: 1, slice: .ns(1000))
    let device = engine.add(
      Device("disk", latency: .ns(90), depth: depth, bytesPerSecond: nil))
    var program = ListedProgram(Array(repeating: [.request(device, bytes: 4096)], count: 10))
    try engine.run(&program)
    for actor in 0..<10 {
      let round = Int64(actor / depth) + 1
      #expect(engine.times(of: ActorNumber(actor)).finished == .ns(90 * round))
    }
    #expect(engine.use(of: device).requests == 10)
  }

  @Test("the bytes of all requests pass one after another")
  func wire() throws {
    var engine = Engine(actors: 4, processors: 1, slice: .ns(1000))
    let wire = engine.add(
      Device("wire", latency: .ns(100), depth: 64, bytesPerSecond: 1_000_000_000))
    var program = ListedProgram(Array(repeating: [.request(wire, bytes: 4000)], count: 4))
    try engine.run(&program)
    let finished = (0..<4).map { engine.times(of: ActorNumber($0)).finished }
    #expect(finished == [.ns(4100), .ns(8100), .ns(12100), .ns(16100)])
  }

  @Test("a bandwidth is shared in equal parts by those who use it")
  func bandwidth() throws {
    // Alone, each moves 1 byte a nanosecond; together two of them move 0.75 each, three 0.5.
    var engine = Engine(actors: 3, processors: 3, slice: .ns(100_000))
    let memory = engine.add(
      Bandwidth("memory", bytesPerSecond: 1_500_000_000, mostForOne: 1_000_000_000))
    var program = ListedProgram([
      [.move(memory, bytes: 1000)], [.sleep(.ns(400)), .move(memory, bytes: 600)],
      [.sleep(.ns(800)), .move(memory, bytes: 150)],
    ])
    try engine.run(&program)
    let finished = (0..<3).map { engine.times(of: ActorNumber($0)).finished?.picoseconds ?? 0 }
    // 0-400: A 400. 400-800: A 700, B 300. From 800 three: C needs 300 ns (1100), by when A 850, B 450.
    // Then two at 0.75: both need 150 bytes, 200 ns.
    #expect(finished.map { abs($0 - 1_300_000) < 10 } == [true, true, false])
    #expect(abs(finished[2] - 1_100_000) < 10)
    #expect(engine.use(of: memory).bytes == 1750)
  }

  @Test("a closed loop on one lock comes to the lock's own rate", arguments: [1, 2, 8, 64])
  func saturation(count: Int) throws {
    var engine = Engine(actors: count, processors: count, slice: .ns(1_000_000))
    let lock = engine.add(Lock("lock", waiting: .spin))
    let loop: [Step] = [
      .compute(.ns(700)), .lock(lock, shared: false), .compute(.ns(100)), .unlock(lock),
    ]
    let rounds = 200
    var program = ListedProgram(
      Array(repeating: Array(repeating: loop, count: rounds).flatMap { $0 }, count: count))
    try engine.run(&program)
    let last = (0..<count).compactMap { engine.times(of: ActorNumber($0)).finished }.max()
    // The bounds of a closed network: no faster than the lock, and no faster than one alone.
    let bound = max(800 * rounds, 700 + 100 * rounds * count)
    if count == 1 || count > 8 { #expect(last == .ns(Int64(bound))) }
    #expect((last?.picoseconds ?? 0) / 1000 >= Int64(bound))
    #expect((last?.picoseconds ?? 0) / 1000 <= Int64(bound + 800 * count))
  }

  @Test("an actor that no one wakes is named")
  func stuck() {
    var engine = Engine(actors: 2, processors: 1, slice: .ns(1000))
    var program = ListedProgram([[.compute(.ns(10))], [.wait]])
    #expect(throws: EngineError.stuck(actors: [ActorNumber(1)], at: .ns(10))) {
      try engine.run(&program)
    }
  }

  @Test("a wake-up before the wait is not lost")
  func wake() throws {
    let times = try run(
      [[.sleep(.ns(50)), .wait, .compute(.ns(5))], [.wake(ActorNumber(0))]], processors: 1)
    #expect(times[0].finished == .ns(55))
  }
}
