import Costs
import Guests
import HostMemory
import Hypervisor
import Paging
import Simulation
import Testing

@testable import Studies

@Suite("Those that send at one time share the link")
struct SharedLinkTests {
  private func link(_ bitsPerSecond: UInt64, channel: UInt64? = nil) -> MigrationLink {
    var link = MigrationLink()
    link.bitsPerSecond = bitsPerSecond
    link.channelBitsPerSecond = channel
    return link
  }

  /// When each is done whose bytes all begin at moments, in the order of the bytes.
  private func ends(
    _ shared: inout SharedLink, _ bytes: [UInt64], from starts: [Int64]? = nil
  ) -> [Int64] {
    var ends = Array(repeating: Int64(0), count: bytes.count)
    var waiting = Array(bytes.indices)
    func start(_ index: Int) -> Int64 { starts?[index] ?? 0 }
    while true {
      let next = shared.next()
      if let first = waiting.min(by: { start($0) < start($1) }),
        start(first) < next?.at ?? .max
      {
        shared.send(bytes[first], in: SharedLink.stream(first, 0), at: start(first))
        waiting.removeAll { $0 == first }
      } else if let next {
        shared.end(next.stream, at: next.at)
        ends[next.stream / 2] = next.at
      } else {
        return ends
      }
    }
  }

  @Test("two of a < b bytes: one is done after 2a, the other after a + b", arguments: [1, 3, 10])
  func two(_ gigabits: UInt64) {
    let (a, b): (UInt64, UInt64) = (3_000_000, 7_500_000)
    var shared = SharedLink(link(gigabits * 1_000_000_000), senders: 2)
    // Eight bits of a byte at so many in a nanosecond.
    let time = { (bytes: UInt64) in Int64(bytes * 8000 / gigabits) }
    #expect(ends(&shared, [b, a]) == [time(a + b), time(2 * a)])
    #expect(shared.busy == time(a + b))
    #expect(shared.bytes == a + b)
  }

  @Test("n are done by the formula of processor sharing in any order, and no moment is idle")
  func many() {
    // Each k-th smallest after all the smaller ones, and as much again of each that is left.
    for count in 1...9 {
      let bytes = (0..<count).map { UInt64(($0 * 5 + 2) % count + 1) * 360_000_000 }
      var shared = SharedLink(link(2_000_000_000), senders: count)
      let found = ends(&shared, bytes)
      for (index, own) in bytes.enumerated() {
        let work = bytes.reduce(0) { $0 + min($1, own) }
        #expect(found[index] == Int64(work) * 4000)
      }
      #expect(shared.busy == Int64(bytes.reduce(0, +)) * 4000)
    }
  }

  @Test("who comes later shares from then on")
  func later() {
    // 8,000 ps a byte: 1,000 bytes alone until 3 µs, then both have half.
    var shared = SharedLink(link(1_000_000_000), senders: 2)
    #expect(ends(&shared, [1000, 2000], from: [0, 3_000_000]) == [13_000_000, 24_000_000])
    #expect(shared.busy == 24_000_000)
    // An idle time between them is nobody's.
    shared = SharedLink(link(1_000_000_000), senders: 2)
    #expect(ends(&shared, [1000, 2000], from: [0, 9_000_000]) == [8_000_000, 25_000_000])
    #expect(shared.busy == 24_000_000)
  }

  @Test("no one has more than its streams can send, and what that leaves the others have")
  func most() {
    var shared = SharedLink(link(1_000_000_000, channel: 250_000_000), senders: 3)
    // A quarter of the link each, and a quarter is left.
    #expect(
      ends(&shared, [1000, 2000, 3000]) == [32_000_000, 64_000_000, 96_000_000])
    #expect(shared.share(of: 0) == 250_000_000)
  }

  @Test("a stream beside the first one takes half of its sender's part, and of nobody else's")
  func streams() {
    var shared = SharedLink(link(1_000_000_000), senders: 2)
    shared.send(1000, in: SharedLink.stream(0, 0), at: 0)
    shared.send(1000, in: SharedLink.stream(0, 1), at: 0)
    shared.send(1000, in: SharedLink.stream(1, 0), at: 0)
    var found: [Int64] = []
    while let next = shared.next() {
      shared.end(next.stream, at: next.at)
      found.append(next.at)
    }
    #expect(found == [16_000_000, 24_000_000, 24_000_000])
  }

  @Test(
    "what is done first is what looking at every stream finds",
    arguments: [(1, nil), (2, nil), (7, nil), (40, nil), (9, 300_000_000), (5, 90_000_000)])
  func plain(_ senders: Int, _ channel: UInt64?) throws {
    let link = link(1_000_000_000, channel: channel)
    var shared = SharedLink(link, senders: senders)
    var plain = PlainSharedLink(link, senders: senders)
    var draws = SplitMix64(seed: UInt64(senders))
    var isSending = Array(repeating: false, count: 2 * senders)
    var now: Int64 = 0
    var ended = 0
    for _ in 0..<4000 {
      let next = shared.next()
      let expected = plain.next()
      #expect(next?.stream == expected?.stream)
      #expect(next?.at == expected?.at)
      let stream = Int(draws.next() % UInt64(2 * senders))
      // A part of the sizes are alike, so that several are done in one moment.
      let bytes = 1 + draws.next() % 4 * (draws.next() % 3 == 0 ? 4104 : draws.next() % 9000)
      let start = now + Int64(draws.next() % 20_000_000)
      if !isSending[stream], next.map({ start < $0.at }) ?? true {
        now = start
        shared.send(bytes, in: stream, at: now)
        plain.send(bytes, in: stream, at: now)
        isSending[stream] = true
      } else if let next {
        now = next.at
        shared.end(next.stream, at: now)
        plain.end(next.stream, at: now)
        isSending[next.stream] = false
        ended += 1
      }
    }
    #expect(ended > 1000)
  }

  @Test("ranks come from the least on, and run over the end of their type")
  func ranks() {
    var numbers = RankedNumbers<Int128>(count: 5)
    let end = Int128.max
    numbers.rank(3, end &+ 2)
    numbers.rank(0, end - 1)
    numbers.rank(4, end &+ 2)
    numbers.rank(2, end)
    numbers.rank(1, end &+ 9)
    numbers.rank(1, end - 3)
    #expect(numbers.remove(2) == end)
    #expect(numbers.remove(2) == nil)
    var found: [Int] = []
    while let first = numbers.first {
      found.append(first.number)
      numbers.remove(first.number)
    }
    #expect(found == [1, 0, 3, 4])
  }

  // MARK: Machines

  private func idle(pages: UInt64) -> MigrationStudy {
    var study = MigrationStudy.small(.ept4, pages: pages, megabytesPerSecond: 0)
    study.link.bitsPerSecond = 1_000_000_000
    study.link.findsZeroPages = false
    study.stateBytes = 0
    study.watchedPicoseconds = 0
    return study
  }

  @Test("two machines of a < b pages take what processor sharing says, to the picosecond")
  func machines() throws {
    let (a, b): (UInt64, UInt64) = (1000, 3333)
    let parts = [idle(pages: a), idle(pages: b)].map { SharedMove.Part(study: $0, number: 0) }
    var move = SharedMove(parts, parts[0].study.link, atOnce: 2)
    try move.run()
    let outcomes = move.outcomes.compactMap(\.self)
    #expect(move.starts == [0, 0])
    // 4,104 bytes of each page, alone.
    let page: Int64 = 4104 * 8000
    let (first, second) = (outcomes[0].setup, outcomes[1].setup)
    #expect(first < second)
    // One is alone until the other has begun its log; then both have half, until one is done.
    let alone = second - first
    #expect(outcomes[0].rounds[0].sending == alone + 2 * (Int64(a) * page - alone))
    #expect(outcomes[1].rounds[0].sending == Int64(a + b) * page - alone)
    #expect(move.link.busy == Int64(a + b) * page)
    // By itself the smaller one takes half of that, but for its start.
    let single = try parts[0].study.run()
    #expect(single.rounds[0].sending == Int64(a) * page)
    #expect(outcomes.allSatisfy { $0.end == .converged && $0.lostPages == 0 })
  }

  @Test("a machine that has gone leaves its part to the others, and no more is moved in a second")
  func freed() throws {
    var study = MigrationStudy.small(.ept4, .zipf(exponent: 1), megabytesPerSecond: 100)
    study.machines = 5
    study.atOnce = 3
    study.postcopy = PostcopyPolicy()
    study.postcopy?.afterRounds = 2
    let parts = (0..<5).map { SharedMove.Part(study: study, number: $0) }
    var move = SharedMove(parts, study.link, atOnce: 3)
    try move.run()
    let outcomes = move.outcomes.compactMap(\.self)
    #expect(outcomes.count == 5)
    #expect(outcomes.allSatisfy { $0.lostPages == 0 })
    #expect(move.link.bytes == outcomes.reduce(0) { $0 + $1.bytes })
    let ideal = study.link.picoseconds(move.link.bytes)
    // Every batch and page ends at a whole picosecond.
    #expect(move.link.busy >= ideal)
    #expect(move.link.busy - ideal < 1_000_000)
    // With a fixed third each is no sooner there.
    let alone = try study.run(machine: 0)
    #expect(outcomes[0].total < alone.total)
    let fleet = try study.runAll(threads: 2)
    #expect(fleet.machines == outcomes)
    #expect(fleet.starts == move.starts)
  }

  // MARK: The destination

  @Test("questions stand in line for the handler, and answers for the link")
  func handler() throws {
    var study = MigrationStudy.small(.ept4, .sequential, megabytesPerSecond: 1)
    study.processors = 4
    study.link.bitsPerSecond = 100_000_000_000
    study.link.findsZeroPages = false
    study.postcopy = PostcopyPolicy()
    study.postcopy?.queuedBytes = 0
    let outcome = try study.run()
    let arrival = try #require(outcome.arrival)
    let handled = VirtualDuration(study.profile, .userfault, 1).picoseconds
    let latency = study.link.latencyPicoseconds
    // A page passes beside the stream that nobody asks for, each with half of the link.
    let page: Int64 = 2 * 4104 * 80
    #expect(arrival.requests == 3)
    for (place, percentile) in [(2, 50.0), (3, 75), (4, 100)] {
      // The first processor's page passes already; its question is the first all the same.
      let expected = Int64(place) * handled + latency + page + latency
      #expect(arrival.latencies.percentile(percentile).picoseconds == expected)
    }
  }

  @Test("under one lock faults at the destination wait for each other, and for nothing else")
  func lock() throws {
    let processors = 8
    var lost: [Int64] = []
    var locked: [Int64] = []
    for lock in [FaultLock.shared, .exclusive] {
      var study = MigrationStudy.small(.sv48x4, .sequential, megabytesPerSecond: 40_000)
      study.processors = processors
      study.tracking.lock = lock
      study.watchedPicoseconds = 100_000_000_000
      let contents = Array(repeating: UInt32(1), count: 4096)
      let stream = PageStream(
        study, left: PageBits(pages: 4096), contents: contents, arrived: contents, at: 0)
      var run = try ArrivalRun.one(
        of: study, machine: 0, stream, contents: contents, at: 0,
        series: MigrationSeries(processors: processors))
      while !run.isFinished { try run.advance() }
      #expect(run.outcome.ledger.exits == 4096)
      lost.append(run.series.values(.faults).reduce(0, +))
      locked.append(run.underLock)
    }
    #expect(locked[0] == locked[1])
    let waited = lost[1] - lost[0]
    // Nobody waits longer than all the others have the lock; and who does next to nothing else stands in
    // line for most of that.
    let most = Int64(processors - 1) * locked[1]
    #expect(waited <= most)
    #expect(waited > most / 2)
  }
}
