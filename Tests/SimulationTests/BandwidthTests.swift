import Simulation
import Testing

@Suite("A bandwidth does what a flow does that is followed from change to change")
struct BandwidthTests {
  /// An actor of the flow: pieces of computing in nanoseconds and of moving in bytes, in turn.
  struct Flow {
    var pieces: [(isMove: Bool, left: Double)]
    var finished = 0.0
  }

  /// When each is done in nanoseconds, with all the arithmetic in floating point: at each moment all who
  /// move have the same rate, and the next change is the first end of a piece.
  private func follow(_ flows: [Flow], total: Double, most: Double) -> [Double] {
    var flows = flows
    var time = 0.0
    while flows.contains(where: { !$0.pieces.isEmpty }) {
      let movers = flows.count { $0.pieces.first?.isMove == true }
      let rate = min(most, total / Double(max(movers, 1)))
      let step =
        flows.compactMap { flow in
          flow.pieces.first.map { $0.isMove ? $0.left / rate : $0.left }
        }.min() ?? 0
      time += step
      for place in flows.indices {
        guard let first = flows[place].pieces.first else { continue }
        let left = first.left - step * (first.isMove ? rate : 1)
        if left < 1e-6 {
          flows[place].pieces.removeFirst()
          if flows[place].pieces.isEmpty { flows[place].finished = time }
        } else {
          flows[place].pieces[0].left = left
        }
      }
    }
    return flows.map(\.finished)
  }

  /// The total lets from less than one to all of the actors be as fast as alone, so that all cross from
  /// one side to the other many times.
  @Test("random actors are done when the flow is", arguments: 0..<200)
  func random(seed: Int) throws {
    var numbers = ReferenceTests.Numbers(state: UInt64(seed))
    let count = 1 + numbers.next(8)
    let most = 1 + numbers.next(4)
    let total = 1 + numbers.next(most * count + 2)
    var engine = Engine(actors: count, processors: count, slice: .ns(1_000_000))
    let memory = engine.add(
      Bandwidth(
        "memory", bytesPerSecond: Int64(total) * 1_000_000_000,
        mostForOne: Int64(most) * 1_000_000_000))
    var flows: [Flow] = []
    var lists: [[Step]] = []
    var bytes: Int64 = 0
    for _ in 0..<count {
      var flow = Flow(pieces: [])
      var list: [Step] = []
      for _ in 0..<(1 + numbers.next(20)) {
        let computing = Int64(1 + numbers.next(900))
        let moved = Int64(1 + numbers.next(2000))
        flow.pieces += [(false, Double(computing)), (true, Double(moved))]
        list += [.compute(.ns(computing)), .move(memory, bytes: moved)]
        bytes += moved
      }
      flows.append(flow)
      lists.append(list)
    }
    var program = ListedProgram(lists)
    try engine.run(&program)
    let expected = follow(flows, total: Double(total), most: Double(most))
    for actor in 0..<count {
      let found = Double(engine.times(of: ActorNumber(actor)).finished?.picoseconds ?? -1) / 1000
      // Each change rounds to a picosecond, and there are some hundreds.
      #expect(abs(found - expected[actor]) < 2)
    }
    #expect(engine.use(of: memory).bytes == bytes)
    // No more passes than the bandwidth allows.
    #expect(engine.use(of: memory).busy.picoseconds / 1000 * Int64(total) >= bytes - Int64(total))
  }
}
