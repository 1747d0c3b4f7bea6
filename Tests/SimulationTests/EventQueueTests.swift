import Testing

@testable import Simulation

@Suite("The queue of moments does what a list does that is searched from end to end")
struct EventQueueTests {
  /// A run of moments that are drawn at random: far ones, equal ones and ones that are taken away.
  ///
  /// With few bits for a word its origin moves on all the time, and moments beyond its reach lie elsewhere.
  @Test(
    "the earliest moment comes first, and within a moment the lowest number",
    arguments: [Int64(7), 9, 12, 20, 63])
  func order(bits: Int64) {
    let actors = 12
    let processors = 5
    let resources = 2
    var queue = EventQueue(
      actors: actors, processors: processors, resources: resources, bits: bits)
    var expected: [Int: Int64] = [:]
    var onProcessor = [Int?](repeating: nil, count: processors)
    var now: Int64 = 0
    var numbers = ReferenceTests.Numbers(state: 7)
    func draw(_ bound: Int) -> Int { numbers.next(bound) }
    /// Mostly near, at times now, and at times beyond any reach.
    func moment() -> Int64 {
      switch draw(8) {
      case 0: now
      case 1: now + Int64(draw(1 << 20)) << 20
      default: now + Int64(draw(40))
      }
    }
    for _ in 0..<20_000 {
      switch draw(8) {
      case 0, 1, 2:
        // An actor on a processor that has no one else's moment.
        let processor = draw(processors)
        let actor = draw(actors)
        guard onProcessor[processor] == nil, expected[actor] == nil else { continue }
        let time = moment()
        expected[actor] = time
        onProcessor[processor] = actor
        queue.schedule(actor, on: processor, at: VirtualTime(picoseconds: time))
      case 3:
        let actor = draw(actors)
        guard !onProcessor.contains(actor) else { continue }
        let time = moment()
        expected[actor] = time
        queue.schedule(actor, at: VirtualTime(picoseconds: time))
      case 4:
        let resource = draw(resources)
        let time = draw(4) == 0 ? nil : moment()
        expected[actors + resource] = time
        queue.schedule(resource: resource, at: time.map { VirtualTime(picoseconds: $0) })
      case 5:
        let processor = draw(processors)
        guard let actor = onProcessor[processor] else { continue }
        onProcessor[processor] = nil
        expected[actor] = nil
        queue.cancel(actor, on: processor)
      default:
        let first = expected.min { ($0.value, $0.key) < ($1.value, $1.key) }
        let found = queue.next()
        #expect(found?.owner == first?.key)
        #expect(found?.time.picoseconds == first?.value)
        guard let first else { continue }
        expected[first.key] = nil
        if let processor = onProcessor.firstIndex(of: first.key) { onProcessor[processor] = nil }
        now = first.value
      }
    }
  }
}
