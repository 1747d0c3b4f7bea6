import Simulation
import Testing

@Suite("A word that processors write by turns")
struct SharedWordTests {
  private static let way: Int64 = 90

  /// Runs actors that all make the same rounds, each on a processor of its own or all on one.
  private func run(
    _ round: (SharedWordNumber, LockNumber) -> [Step], actors: Int, processors: Int, rounds: Int
  ) throws -> (times: [ActorTimes], use: SharedWordUse, end: VirtualTime) {
    var engine = Engine(actors: actors, processors: processors, slice: .ns(1_000_000))
    let word = engine.add(SharedWord("word", transfer: .ns(Self.way)))
    let lock = engine.add(Lock("lock", waiting: .spin))
    let steps = Array(repeating: round(word, lock), count: rounds).flatMap { $0 }
    var program = ListedProgram(Array(repeating: steps, count: actors))
    try engine.run(&program)
    let times = (0..<actors).map { engine.times(of: ActorNumber($0)) }
    return (times, engine.use(of: word), engine.now)
  }

  @Test("one processor writes it for nothing, whoever runs there", arguments: [1, 3])
  func alone(actors: Int) throws {
    let (times, use, end) = try run(
      { word, _ in [.write(word), .compute(.ns(10))] }, actors: actors, processors: 1, rounds: 20)
    #expect(end == .ns(10 * 20 * Int64(actors)))
    #expect(times.allSatisfy { $0.stalled == .zero })
    #expect(use.writes == 20 * actors && use.transfers == 0 && use.moving == .zero)
  }

  /// Each write but the first finds the line elsewhere, and the others want it meanwhile.
  @Test("N processors write it once in the time of one way", arguments: [2, 3, 16, 96])
  func bound(count: Int) throws {
    let rounds = 25
    let (times, use, end) = try run(
      { word, _ in [.write(word), .compute(.ns(50))] }, actors: count, processors: count,
      rounds: rounds)
    let ways = Int64(count * rounds - 1)
    #expect(end == .ns(ways * Self.way + 50))
    #expect(use.transfers == Int(ways) && use.moving == .ns(ways * Self.way))
    // Who is stalled waits for others' turns, and then for the line's own way.
    let stalled = times.reduce(TotalTime.zero) { $0 + TotalTime($1.stalled) }
    #expect(stalled == use.waited)
    #expect(use.waited > TotalTime(use.moving) || count == 2)
    for time in times {
      #expect(time.computing == .ns(50 * Int64(rounds)))
      #expect(time.total.picoseconds == time.finished?.picoseconds)
    }
  }

  /// Between 8 processors that do much else the line is free when it is asked for.
  @Test("where they are rarely there at once, each pays the line's way and no more")
  func rarely() throws {
    let (times, use, _) = try run(
      { word, _ in [.write(word), .compute(.ns(10_000))] }, actors: 8, processors: 8, rounds: 30)
    for (actor, time) in times.enumerated() {
      // At first they come together, and then one behind another for ever.
      let first = Self.way * Int64(actor)
      #expect(time.stalled == .ns(first + Self.way * 29))
    }
    #expect(use.transfers == 8 * 30 - 1)
  }

  @Test("a lock that is shared lets one pass in two ways of its line", arguments: [4, 32])
  func shared(count: Int) throws {
    let rounds = 40
    let (times, use, end) = try run(
      { word, lock in
        [
          .write(word), .lock(lock, shared: true), .compute(.ns(30)), .write(word), .unlock(lock),
          .compute(.ns(40)),
        ]
      }, actors: count, processors: count, rounds: rounds)
    #expect(times.allSatisfy { $0.spinning == .zero })
    #expect(end == .ns(Int64(2 * count * rounds - 1) * Self.way + 40))
    #expect(use.writes == 2 * count * rounds)
  }

  @Test("a line that comes at once changes nothing")
  func free() throws {
    var engine = Engine(actors: 4, processors: 4, slice: .ns(1000))
    let word = engine.add(SharedWord("word", transfer: .zero))
    let steps: [Step] = [.write(word), .compute(.ns(10)), .write(word)]
    var program = ListedProgram(Array(repeating: steps, count: 4))
    try engine.run(&program)
    #expect(engine.now == .ns(10))
    #expect(engine.use(of: word).waited == .zero)
  }
}
