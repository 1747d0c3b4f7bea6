import Simulation
import Testing

@Suite("The engine does what the shortest way does, nanosecond by nanosecond")
struct ReferenceTests {
  /// A generator of its own: small, and the same in each run.
  struct Numbers {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  @Test("random actors are done at the same moments", arguments: 0..<300)
  func random(seed: Int) throws {
    var numbers = Numbers(state: UInt64(seed))
    let count = 1 + numbers.next(7)
    let processors = 1 + numbers.next(4)
    let slice = 5 + numbers.next(60)
    var engine = Engine(
      actors: count, processors: processors, slice: .ns(Int64(slice)))
    let lock = engine.add(Lock("lock", waiting: .spin))
    var lists: [[Step]] = []
    for _ in 0..<count {
      var list: [Step] = []
      for _ in 0..<numbers.next(12) {
        switch numbers.next(3) {
        case 0: list.append(.compute(.ns(Int64(1 + numbers.next(90)))))
        case 1: list.append(.sleep(.ns(Int64(1 + numbers.next(70)))))
        default:
          list += [
            .lock(lock, shared: false), .compute(.ns(Int64(1 + numbers.next(50)))), .unlock(lock),
          ]
        }
      }
      lists.append(list)
    }
    var program = ListedProgram(lists)
    try engine.run(&program)
    var reference = ReferenceHost(lists, processors: processors, slice: slice, lock: lock)
    let expected = reference.run()
    let found = (0..<count).map {
      Int((engine.times(of: ActorNumber($0)).finished?.picoseconds ?? -1) / 1000)
    }
    #expect(found == expected)
    for actor in 0..<count {
      // All time is accounted for.
      let times = engine.times(of: ActorNumber(actor))
      #expect(times.total.picoseconds == times.finished?.picoseconds)
    }
  }
}
